/** `npm run test:all`: everything that proves something, in one go: long tests, checks, the packed package, other runtimes. */
import { spawnSync } from 'node:child_process';
import { runSteps } from './steps.mjs';

const npx = ['npx', '--no-install'];
runSteps([
  ['tests, long ones too', () => run([...npx, 'vitest', 'run'], { FENCELINE_LONG: '1', FENCELINE_PLANTED: 'all' })],
  ['measurements', () => run([...npx, 'vitest', 'run'], { FENCELINE_LONG: '1', FENCELINE_ALONE: '1' })],
  ['types, lint, tidy, package', () => run([process.execPath, 'scripts/check.mjs'])],
  ['types of the packed package', () => run([...npx, 'attw', '--pack', '--profile', 'esm-only'])],
  ['benchmarks, short', () => run([process.execPath, 'build/bench/main.js', '--smoke'])],
  ['npm start', () => run([process.execPath, 'scripts/start.mjs'])],
  ['smoke test', () => run([process.execPath, 'scripts/smoke/main.mjs'])],
  ['other runtimes', () => run([process.execPath, 'scripts/matrix.mjs'])],
]);

function run([command, ...args], env = {}) {
  return spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, ...env } }).status === 0;
}
