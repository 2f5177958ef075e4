/** `npm run check`: types, lint and the rules of test/tidy, each to its end, so that one run shows all that is wrong. */
import { spawnSync } from 'node:child_process';

const steps = [
  ['types of the core without Node', 'tsc', '-p', 'tsconfig.core.json'],
  ['types of the tests', 'tsc', '-p', 'test/tsconfig.json'],
  ['lint and format', 'biome', 'check', '.'],
  ['tidy', 'vitest', 'run', 'test/tidy'],
  ['package', 'publint', '--strict'],
];

const failed = [];
for (const [name, ...command] of steps) {
  const { status } = spawnSync('npx', ['--no-install', ...command], { stdio: 'inherit' });
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'}  ${name}`);
  if (status !== 0) failed.push(name);
}
if (failed.length > 0) {
  console.error(`check failed: ${failed.join(', ')}`);
  process.exit(1);
}
