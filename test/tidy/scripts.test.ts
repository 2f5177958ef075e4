/** The scripts that everything starts with say clearly what is wrong, and count truly. */
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { root } from './source.ts';

const node = (...args: string[]) => spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', timeout: 20_000 });
const asNode = (version: string) =>
  `data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'${version}'}})`;

test('set-up refuses a Node that is too old, and says which one it needs', () => {
  const { status, stderr } = node('--import', asNode('20.18.3'), 'scripts/setup.mjs');
  expect(stderr).toBe('fenceline: Fenceline needs Node 20.19 or newer, and this is Node 20.18.3.\n');
  expect(status).toBe(1);
});

test('the runtime matrix names the runtimes it has when asked for another', () => {
  const { status, stderr } = node('scripts/matrix.mjs', 'node@18');
  expect(stderr).toContain('There is no runtime named node@18; there are node@22, node@24, node@26, deno, bun.');
  expect(status).toBe(2);
});

test.each([
  ['[["one", () => true], ["two", () => true]]', 0, ' Steps  2 passed (2)'],
  ['[["one", () => true], ["two", () => false]]', 1, ' Steps  1 failed | 1 passed (2)'],
  ['[["one", () => { throw new Error("broken") }], ["two", () => true]]', 1, ' Steps  1 failed | 1 passed (2)'],
  ['[]', 1, ' Steps  0 passed (0)'],
])('steps %s exit with %i', (steps, status, last) => {
  const run = node('--input-type=module', '-e', `import { runSteps } from './scripts/steps.mjs'; runSteps(${steps});`);
  expect(run.stdout.trimEnd().split('\n').at(-1)).toBe(last);
  expect(run.status).toBe(status);
});
