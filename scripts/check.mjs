/** `npm run check`: types, lint and the rules of test/tidy, each to its end, so that one run shows all that is wrong. */
import { spawnSync } from 'node:child_process';
import { runSteps } from './steps.mjs';

const npx = (...command) => spawnSync('npx', ['--no-install', ...command], { stdio: 'inherit' }).status === 0;

runSteps([
  ['types of the core, without those of Node', () => npx('tsc', '-p', 'tsconfig.core.json')],
  ['types of the tests', () => npx('tsc', '-p', 'test/tsconfig.json')],
  ['lint and format', () => npx('biome', 'check', '--error-on-warnings', '.')],
  ['tidy', () => npx('vitest', 'run', 'test/tidy')],
  ['package', () => npx('publint', '--strict')],
]);
