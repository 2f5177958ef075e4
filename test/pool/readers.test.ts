/** The debug knob `checkReaders`: a kernel that writes into what it declares to read. */

import { expect, test } from 'vitest';
import { ReaderCheck } from '#fenceline/reader-check.js';
import { withJobs } from './jobs-pool.ts';

const checked = { debug: { checkReaders: true } } as const;

test('a kernel that writes into what it declares to read fails its job, which names the buffer', () =>
  withJobs(checked, async (space, pool) => {
    using meter = space.buffer('i32', [4], { label: 'the meter' });
    await meter.set([0, 0, 0, 0]);
    const outcome = await pool.run.note({ meter, number: 7 }).settled();
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'EKERNEL', details: { kernel: 'note' } } });
    expect(outcome.status === 'failed' && outcome.error.message).toContain("Buffer 'the meter' changed");
  }));

test('one that only reads is left alone, and so is what writers do before and after it', () =>
  withJobs(checked, async (space, pool) => {
    using src = space.buffer('i32', [64]);
    using dst = src.like();
    for (let round = 0; round < 8; round++) {
      pool.run.fill({ dst: src, with: round });
      pool.run.copy({ src, dst });
      pool.run.add({ dst: src, by: 1 });
    }
    expect(await pool.run.sum({ src: dst }).wait()).toBe(7 * 64);
    expect(await pool.run.sum({ src }).wait()).toBe(8 * 64);
  }));

test('without the knob nobody looks', () =>
  withJobs({}, async (space, pool) => {
    using meter = space.buffer('i32', [4]);
    await meter.set([0, 0, 0, 0]);
    await pool.run.note({ meter, number: 7 }).wait();
    expect([...(await meter.get())]).toEqual([1, 7, 0, 0]);
  }));

test('every byte counts, wherever a window begins', () => {
  const all = new Uint8Array(16);
  for (const [from, to] of [
    [0, 16],
    [1, 8],
    [3, 4],
  ] as const) {
    for (let at = 0; at < all.length; at++) {
      const check = new ReaderCheck();
      check.add('window', all.subarray(from, to));
      all[at] = (all[at] ?? 0) ^ 64;
      expect(check.changed()).toBe(at >= from && at < to ? 'window' : undefined);
    }
  }
});
