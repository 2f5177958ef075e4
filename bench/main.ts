/**
 * `npm run bench [-- --smoke] [--json FILE] [--only NAME,...]`: every comparison of the design's section 9 that exists by
 * now, each with the hand-written limit of `limits/` in the same rounds. Prints a table and writes it as JSON too.
 *
 * Exit code: 0 once every row was measured and every result was right; a missed goal is a fact, not a failure.
 */
import { fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { hashOf } from './hash.ts';
import { describeMachine } from './machine.ts';
import type { Row, Scale } from './row.ts';
import { isMissing, verdictOf } from './row.ts';
import { notesOf, tableOf } from './table.ts';

/** Files of `rows/`, in the order of the table. */
const groups = [
  'signal',
  'is-signaled',
  'lock',
  'residency',
  'evicting',
  'fetching',
  'wake',
  'contended',
  'hand-over',
  'tiny-jobs',
  'growth',
  'eviction',
  'fences',
  'sync-objects',
  'callbacks',
  'tracing',
  'validator',
  'explore',
] as const;
const groupMsMax = { smoke: 60_000, full: 600_000 };

const { values } = parseArgs({
  options: {
    smoke: { type: 'boolean', default: false },
    json: { type: 'string', default: 'bench/results.json' },
    only: { type: 'string', default: groups.join(',') },
  },
});
const scale: Scale = values.smoke ? 'smoke' : 'full';
const names = values.only.split(',');
const unknown = names.filter((name) => !(groups as readonly string[]).includes(name));
if (unknown.length > 0) {
  console.error(`There are no rows named ${unknown.join(', ')}; there are ${groups.join(', ')}.`);
  process.exit(2);
}

const machine = describeMachine();
const rows: Row[] = [];
for (const name of names) {
  if (process.stderr.isTTY) process.stderr.write(`measuring ${name} ...\r`);
  rows.push(...(await measure(name, scale)));
}
const hash = hashOf(rows.map((row) => (isMissing(row) ? undefined : row.hash)));
writeFileSync(values.json, `${JSON.stringify({ scale, machine, hash, rows: rows.map(withVerdict) }, undefined, 2)}\n`);
const { cpu, cores, node, os, load1 } = machine;
console.log(`${scale}: Node ${node}, ${os}, ${cores} x ${cpu}, load ${load1.toFixed(1)}\n`);
console.log(`${tableOf(rows)}\n`);
if (notesOf(rows) !== '') console.log(`${notesOf(rows)}\n`);
const count = (verdict: string): number => rows.filter((row) => verdictOf(row) === verdict).length;
console.log(
  `${count('reached')} goals reached, ${count('missed')} missed, ${count('n/a')} n/a; results ${hash}; ${values.json}`,
);

/** Outcomes: the rows; rejects if the process failed or took too long. */
function measure(name: string, scale: Scale): Promise<readonly Row[]> {
  return new Promise((resolve, reject) => {
    const child = fork(new URL('./group.js', import.meta.url), [name, scale], { execArgv: ['--expose-gc'] });
    const timer = setTimeout(() => child.kill('SIGKILL'), groupMsMax[scale]);
    let measured: readonly Row[] | undefined;
    child.on('message', (message) => {
      measured = message as readonly Row[];
    });
    child.on('exit', (code, signal) => {
      clearTimeout(timer);
      if (measured !== undefined && code === 0) resolve(measured);
      else
        reject(
          new Error(`The rows '${name}' were not measured: their process ended with ${signal ?? `exit code ${code}`}.`),
        );
    });
  });
}

function withVerdict(row: Row): Row & { readonly verdict: string } {
  return { ...row, verdict: verdictOf(row) };
}
