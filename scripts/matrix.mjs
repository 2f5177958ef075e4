/**
 * The same tests under other runtimes: `node scripts/matrix.mjs [node@22 node@24 node@26 deno bun]`.
 *
 * Each runtime is an npm package, installed on demand below node_modules/.cache. One that cannot be had is a failure:
 * a matrix that skips a column says nothing about it.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runSteps } from './steps.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const cache = join(root, 'node_modules', '.cache', 'fenceline', 'runtimes');
const smoke = ['scripts/smoke/main.mjs'];
const stepMsMax = 900_000;

const columns = {
  'node@22': { package: 'node@22', runs: nodeRuns },
  'node@24': { package: 'node@24', runs: nodeRuns },
  'node@26': { package: 'node@26', runs: nodeRuns },
  deno: { package: 'deno@2.9.6', runs: (bin) => [['smoke', bin, 'run', '--allow-all', ...smoke]] },
  bun: { package: 'bun@1.4.4', runs: (bin) => [['smoke', bin, 'run', ...smoke]] },
};

const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(columns);
const unknown = wanted.filter((name) => !(name in columns));
if (unknown.length > 0) {
  console.error(`There is no runtime named ${unknown.join(', ')}; there are ${Object.keys(columns).join(', ')}.`);
  process.exit(2);
}
runSteps(
  wanted.flatMap((name) => {
    const column = columns[name];
    const bin = binaryOf(column.package);
    if (!bin) return [[`${name}: installed`, () => false]];
    return column.runs(bin).map(([what, ...command]) => [`${name}: ${what}`, () => run(command)]);
  }),
);

function nodeRuns(bin) {
  return [
    ['tests', bin, 'node_modules/vitest/vitest.mjs', 'run'],
    ['smoke', bin, ...smoke],
    ['npm start', bin, 'scripts/start.mjs'],
  ];
}

/** The runtime's program, installed if it is not there yet; undefined if it cannot be had, which npm has then explained. */
function binaryOf(spec) {
  const name = spec.split('@')[0];
  const folder = join(cache, spec.replace('@', '-'));
  const bin = join(folder, 'node_modules', '.bin', name);
  if (answers(bin)) return bin;
  console.log(`Installing ${spec} ...`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  run(['npm', 'install', '--no-audit', '--no-fund', '--loglevel=error', '--prefix', folder, spec]);
  if (answers(bin)) return bin;
  console.error(`The npm package ${spec} could not be installed, so nothing is known about this runtime.`);
  return undefined;
}

function answers(bin) {
  return existsSync(bin) && spawnSync(bin, ['--version'], { timeout: 60_000 }).status === 0;
}

function run([command, ...args]) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit', timeout: stepMsMax });
  return status === 0;
}
