/** What jobs that wait for a lock will need is brought back meanwhile, by workers that have nothing to do. */
import { expect, test } from 'vitest';
import { H_FETCHED } from '#fenceline/base/layout.js';
import { load } from '#fenceline/cells/cell.js';
import { TRACE_SWAPPED_IN } from '#fenceline/cells/trace.js';
import { countOf } from '#fenceline/memory/note.js';
import { coreOf } from '#fenceline/space.js';
import { withJobs } from './jobs-pool.ts';

const length = 1024;

test('jobs that waited for a lock find what was swapped out in memory', () =>
  withJobs({ count: 1, budgetBytes: 4 * 4 * length, swap: { sizeBytes: 16 * 4 * length } }, async (space, pool) => {
    const { agent } = coreOf(space);
    const buffers = Array.from({ length: 8 }, () => space.buffer('i32', [length]));
    for (const [at, buffer] of buffers.entries()) await buffer.set(new Int32Array(length).fill(at));
    const gate = buffers.find((buffer) => buffer.isIn('system'));
    const away = buffers.filter((buffer) => buffer.isIn('swap')).slice(0, 2);
    if (gate === undefined || away.length < 2) return expect.fail('Of eight buffers four are in memory.');
    const sums: Promise<number[]>[] = [];
    await space.transaction(async (tx) => {
      await tx.lock(gate);
      for (const buffer of away) sums.push(pool.run.sumMany({ all: [gate, buffer] }).wait());
      await expect.poll(() => load(agent.words, H_FETCHED), { timeout: 20_000 }).toBe(2);
    });
    const before = countOf(agent, 0, TRACE_SWAPPED_IN);
    const expected = away.map((buffer) => [buffers.indexOf(gate) * length, buffers.indexOf(buffer) * length]);
    expect(await Promise.all(sums)).toEqual(expected);
    expect(countOf(agent, 0, TRACE_SWAPPED_IN)).toBe(before);
    expect(space.describe()).toContain('2 buffers fetched ahead of them');
    for (const buffer of buffers) buffer.dispose();
  }));
