/** The design's quickstart runs, with the decoder that it leaves out filled in, and computes what a plain loop does. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeProgram } from '../docs/blocks.ts';
import { readText, root } from '../tidy/source.ts';

const [width, height] = [16, 12];
const decoder = `
import { writeFileSync } from 'node:fs';
async function decode(path: string): Promise<{ width: number; height: number; pixels: Uint8Array }> {
  if (path !== 'cat.png') throw new Error(path);
  const pixels = Uint8Array.from({ length: ${width} * ${height} * 4 }, (_, i) => (i * 37 + (i >> 4) * 11) % 256);
  return { width: ${width}, height: ${height}, pixels };
}
async function encode(path: string, width: number, height: number, gray: Uint8Array): Promise<void> {
  writeFileSync(new URL('./lines.json', import.meta.url), JSON.stringify({ path, width, height, gray: [...gray] }));
}`;

/** What blur and edges of the program are, as one thread would write them. */
function expected(): { gray: number[]; found: number } {
  const stride = width * 4;
  const photo = Uint8Array.from({ length: stride * height }, (_, i) => (i * 37 + (i >> 4) * 11) % 256);
  const soft = photo.map((_, at) => {
    const rows = Array.from({ length: 7 }, (_, k) => Math.floor(at / stride) + k - 3).filter(
      (y) => y >= 0 && y < height,
    );
    return rows.reduce((sum, y) => sum + (photo[y * stride + (at % stride)] ?? 0), 0) / rows.length;
  });
  const gray = Array.from({ length: width * height }, (_, at) =>
    at % width > 0 && Math.abs((soft[at * 4] ?? 0) - (soft[at * 4 - 4] ?? 0)) > 24 ? 255 : 0,
  );
  return { gray, found: gray.filter((one) => one > 0).length };
}

test('the quickstart finds the edges that a plain loop finds', () => {
  const program = readText('test/types/programs/a-quickstart.ts');
  const complete = program.replace(/^declare function (decode|encode).*\n/gm, '') + decoder;
  const folder = join(root, 'build', 'docs', 'quickstart');
  writeProgram(folder, [
    { name: 'a-kernels.ts', code: readText('test/types/programs/a-kernels.ts') },
    { name: 'main.ts', code: complete },
  ]);
  const run = (...args: string[]) =>
    spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', timeout: 60_000 });
  expect(run(join('node_modules', 'typescript', 'bin', 'tsc'), '-p', folder).stdout).toBe('');
  const { stdout, stderr } = run(join(folder, 'main.js'));
  expect(stderr).toBe('');
  const { gray, found } = expected();
  expect(found).toBeGreaterThan(0);
  expect(stdout).toBe(`${found}\n`);
  expect(JSON.parse(readFileSync(join(folder, 'lines.json'), 'utf8'))).toEqual({
    path: 'lines.png',
    width,
    height,
    gray,
  });
}, 120_000);
