/** Types are free at run time, and must stay cheap at compile time. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../tidy/source.ts';
import { compileSeconds } from './compile.ts';

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
  // What it costs to start the compiler, and to read the package and what comes with the language.
  writeFileSync(join(root, folder, 'none.ts'), `import { Space } from 'fenceline';\nSpace.create();\n`);
  writeFileSync(
    join(root, folder, 'main.ts'),
    `import { Space, workers } from 'fenceline';\nimport type kernels from './kernels.js';\n` +
      `const space = Space.create();\nconst { run } = await workers<typeof kernels>(space, new URL('./kernels.js', import.meta.url));\n` +
      `const dst = space.buffer('f32', [4, 4]);\n${calls.join('\n')}\n`,
  );
}

test(`${kernelCount} kernels and their calls are checked in under a second`, () => {
  generate();
  const all = compileSeconds('speed', [`${folder}/main.ts`]);
  const none = compileSeconds('speed-none', [`${folder}/none.ts`]);
  expect(all - none).toBeLessThan(1);
}, 120_000);
