/** The benchmarks run and compute what they should, in a few seconds; whether goals are reached is not a test. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MeasuredRow, MissingRow, Row } from '../../bench/row.ts';
import { isMissing } from '../../bench/row.ts';
import { root } from '../tidy/source.ts';

interface Judged {
  readonly verdict: string;
}

interface Results {
  readonly scale: string;
  readonly machine: Readonly<Record<string, string | number>>;
  readonly hash: string;
  readonly rows: readonly (Row & Judged)[];
}

const folder = mkdtempSync(join(tmpdir(), 'fenceline-bench-'));
const json = join(folder, 'results.json');
let output = '';
let results: Results;

function bench(...args: string[]): {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
} {
  return spawnSync(process.execPath, ['scripts/bench.mjs', ...args], { cwd: root, encoding: 'utf8', timeout: 500_000 });
}

beforeAll(() => {
  const { stdout, stderr, status } = bench('--smoke', '--json', json);
  expect(stderr).toBe('');
  expect(status).toBe(0);
  output = stdout;
  results = JSON.parse(readFileSync(json, 'utf8'));
}, 600_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const measured = (): readonly MeasuredRow[] =>
  results.rows.filter((row): row is MeasuredRow & Judged => !isMissing(row));

describe('npm run bench -- --smoke', () => {
  test('every row has finite numbers that are more than nothing', () => {
    for (const { what, against, ours, theirs, ratio } of measured()) {
      for (const value of [ours, theirs, ratio.least, ratio.median, ratio.most]) {
        expect(value, `${what} against ${against}`).toBeGreaterThan(0);
        expect(value, `${what} against ${against}`).toBeLessThan(Infinity);
      }
      expect(ratio.least).toBeLessThanOrEqual(ratio.median);
      expect(ratio.median).toBeLessThanOrEqual(ratio.most);
    }
  });

  test('every kind of row of the design is there', () => {
    const whats = [...new Set(results.rows.map(({ what }) => what.split(',')[0]))];
    for (const what of [
      'signal',
      'isSignaled',
      'ww lock + unlock',
      'wake and be woken',
      '8 of 64 locks',
      'tiny jobs',
      'create a fence',
      'a point there and back',
      'add a callback and be called',
      'note an event',
      'placing a resident buffer',
      'evicting 1 MiB for 1 MiB that comes back',
      'map 1 MiB that was swapped out',
      'bytes moved',
      'decide about one job',
    ]) {
      expect(whats).toContain(what);
    }
    expect(results.rows.length).toBeGreaterThan(25);
  });

  test('a comparison is only missing with a reason, and only with what this runtime does not have', () => {
    const missing = results.rows.filter((row): row is MissingRow & Judged => isMissing(row));
    for (const row of missing) expect(['Web Locks', 'multithreading']).toContain(row.against);
    for (const row of missing) expect(row.missing).toMatch(/\w+\.$|\)\.$/);
  });

  test('results do not depend on times: a second run computes the same', () => {
    const again = join(folder, 'again.json');
    const { status } = bench('--smoke', '--only', 'signal,contended', '--json', again);
    expect(status).toBe(0);
    const { rows }: Results = JSON.parse(readFileSync(again, 'utf8'));
    for (const row of rows.filter((one): one is MeasuredRow & Judged => !isMissing(one))) {
      expect(measured().find(({ what }) => what === row.what)?.hash, row.what).toBe(row.hash);
    }
    expect(rows.length).toBeGreaterThan(1);
  }, 600_000);

  test('the table names every row, its verdict and the hash of all results', () => {
    for (const { what, against, verdict } of results.rows) {
      const line = output.split('\n').find((one) => one.startsWith(what) && one.includes(against));
      expect(line, `${what} against ${against}`).toContain(verdict);
    }
    expect(output).toContain(results.hash);
    expect(results.machine.node).toBe(process.versions.node);
  });
});

test('rows that do not exist are refused by name', () => {
  const { stderr, status } = bench('--smoke', '--only', 'signal,nothing', '--json', json);
  expect(stderr).toMatch(/^There are no rows named nothing; there are signal, /);
  expect(status).toBe(2);
});
