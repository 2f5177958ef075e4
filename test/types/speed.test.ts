/** Types are free at run time, and must stay cheap at compile time. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../tidy/source.ts';
import { compile } from './compile.ts';

const kernelCount = 300;
const folder = 'build/types/generated';

/** Kernels of all kinds of parameters, and a caller of each, as a large application would have them. */
function generate(): void {
  const names = Array.from({ length: kernelCount }, (_, index) => `k${index}`);
  const kernels = names.map(
    (name, index) => `const ${name} = kernel(
  { src: read('u8', ['height', 'width', ${1 + (index % 4)}]), dst: write('f32', ['height', 'width']), gain: 'f32' },
  ({ src, dst, gain }) => { dst.data[0] = (src.data[0] ?? 0) * gain + dst.shape[0]; return { index: ${index} }; },
  { split: ['dst'] });`,
  );
  const calls = names.map(
    (name, index) => `  run.${name}({ src: space.buffer('u8', [4, 4, ${1 + (index % 4)}]), dst, gain: ${index} });`,
  );
  mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(
    join(root, folder, 'kernels.ts'),
    `import { kernel, read, serve, write } from 'fenceline';\n${kernels.join('\n')}\nexport default serve({ ${names.join(', ')} });\n`,
  );
  writeFileSync(
    join(root, folder, 'main.ts'),
    `import { Space, workers } from 'fenceline';\nimport type kernels from './kernels.js';\n` +
      `const space = Space.create();\nconst { run } = await workers<typeof kernels>(space, new URL('./kernels.js', import.meta.url));\n` +
      `const dst = space.buffer('f32', [4, 4]);\n${calls.join('\n')}\n`,
  );
}

test(`${kernelCount} kernels and their calls are checked in under a second`, () => {
  generate();
  // The best of a few: other work on the machine makes a run slower, and nothing makes it faster than it is.
  const seconds: number[] = [];
  while (seconds.length < 12 && !seconds.some((one) => one < 1)) seconds.push(checkSeconds());
  expect(Math.min(...seconds)).toBeLessThan(1);
}, 120_000);

/** What the compiler itself says that checking took. */
function checkSeconds(): number {
  const output = compile('speed', [`${folder}/main.ts`], true);
  expect(output.split('\n').filter((line) => line.includes('error TS'))).toEqual([]);
  return Number(/Check time:\s*([\d.]+)s/.exec(output)?.[1]);
}
