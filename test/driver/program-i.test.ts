/** The design's program i runs as it stands: a display follows a camera's frames when they move. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeProgram } from '../docs/blocks.ts';
import { readText, root } from '../tidy/source.ts';

const folder = join(root, 'build', 'driver', 'program-i');
const run = (...args: string[]) => spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', timeout: 60_000 });

test('the camera is shown, moves, and the process ends by itself', { timeout: 120_000 }, () => {
  // What it declares and leaves to others: the hardware. And one more look, after its own end.
  const more = `
await (await display.show(frame)).wait();
dmaLane.dispose();`;
  const code = readText('test/types/programs/i-driver.ts');
  writeProgram(folder, [
    { name: 'main.ts', code },
    { name: 'more.ts', code: `${code}${more}\n` },
  ]);
  writeFileSync(
    join(folder, 'hardware.mjs'),
    "globalThis.scanOut = async ({ base, count }) => console.log('scans', base.toString(16), count);\n",
  );
  const compiled = run(join('node_modules', 'typescript', 'bin', 'tsc'), '-p', folder);
  expect(compiled.stdout).toBe('');
  const hardware = ['--import', new URL('../../build/driver/program-i/hardware.mjs', import.meta.url).href];
  const asItStands = run(...hardware, join(folder, 'main.js'));
  expect(asItStands).toMatchObject({ stdout: 'scans 1000 507\nvpu\n', stderr: '', status: 0 });
  const andOn = run(...hardware, join(folder, 'more.js'));
  expect(andOn).toMatchObject({ stdout: 'scans 1000 507\nvpu\nscans 9000 507\n', stderr: '', status: 0 });
});
