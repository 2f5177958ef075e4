/** What leaves a heap follows from what jobs wait for, and from what each client did before: in the path that ships. */
import { describe, expect, test } from 'vitest';
import { B_HISTORY, H_SUBMITTED } from '#fenceline/base/layout.js';
import { bufferAt, createBuffer } from '#fenceline/buffer/buffer.js';
import type { Agent } from '#fenceline/cells/memory.js';
import { createCore } from '#fenceline/core.js';
import { moveEvicting, newRequest } from '#fenceline/memory/evict.js';
import { moveLocked } from '#fenceline/memory/move.js';
import { openAccount } from '#fenceline/memory/open-account.js';
import { freshen } from '#fenceline/memory/placement.js';
import { countOf, HISTORY_WORDS, intervalOf } from '#fenceline/memory/policy/history.js';
import { isUsableIn, swapHeapOf } from '#fenceline/memory/residence.js';
import { openLockSet } from '#fenceline/reservation/lock-set.js';
import { isIdle } from '#fenceline/schedule/idle.js';
import { ACCESS_READ } from '#fenceline/schedule/job.js';
import { submitJob } from '#fenceline/schedule/submit.js';
import { coreOf } from '#fenceline/space.js';
import { withSpace } from '../space/with-space.ts';

const sizeBytes = 4096;
const fitting = 6;

/** Six buffers that fill a heap, and one that is swapped out. Each holds something. */
function fullHeap(): { agent: Agent; ids: readonly { buffer: number; generation: number }[]; outside: number } {
  const heaps = { budgetBytes: fitting * sizeBytes, swap: { sizeBytes: 16 * sizeBytes }, heaps: [] };
  const { agent } = createCore({ ...heaps, patienceMs: 1000, limits: {} });
  const ids = Array.from({ length: fitting }, () => createBuffer(agent, sizeBytes, 1, 0));
  for (const { buffer } of ids) {
    moveLocked(agent, buffer, 0);
    freshen(agent, buffer);
  }
  const outside = createBuffer(agent, sizeBytes, 1, 0).buffer;
  moveLocked(agent, outside, swapHeapOf(agent));
  // Long ago: what the last job used is busy, and not the first to leave.
  agent.words[H_SUBMITTED] = 1000;
  return { agent, ids, outside };
}

/** A job that is queued, and that nobody tries to admit. */
function queue(agent: Agent, ids: readonly { buffer: number; generation: number }[]): void {
  const uses = ids.map((id) => ({ ...id, access: ACCESS_READ, isPart: false }));
  submitJob(agent, {
    ...{ pool: -1, kernel: 0, client: 0, uses, after: [], record: new Uint8Array(0), parts: 1, rows: 1 },
    ...{ priority: 0, retries: 0, flags: 0, timeoutMs: 0 },
  });
}

/** The orders in which six are used, each with another at its end. */
const orders = Array.from({ length: fitting }, (_, last) => [3, 0, 5, 1, 4, 2].map((at) => (at + last) % fitting));

describe.each([
  ['of a space without clients', false],
  ['beside a client', true],
])('the victim %s', (_where, hasClient) => {
  test.each(orders)('is the buffer whose queued use is farthest (%i %i %i %i %i, last %i)', (...order) => {
    const { agent, ids, outside } = fullHeap();
    if (hasClient) openAccount(agent, { name: new Uint8Array(1), budgetBytes: undefined, priority: 0 });
    for (const at of order) queue(agent, [ids[at] as (typeof ids)[0]]);
    // Uses behind the first one do not count.
    for (const at of order.slice(0, 4)) queue(agent, [ids[at] as (typeof ids)[0]]);
    expect(moveEvicting(agent, newRequest(openLockSet(agent), isIdle), outside, 0)).toBe(true);
    const left = ids.flatMap(({ buffer }, at) => (isUsableIn(agent, buffer, 0) ? [] : [at]));
    expect(left).toEqual([order[fitting - 1]]);
  });
});

test('what no job waits for leaves before what one does', () => {
  const { agent, ids, outside } = fullHeap();
  for (const at of [5, 0, 1, 2, 4]) queue(agent, [ids[at] as (typeof ids)[0]]);
  expect(moveEvicting(agent, newRequest(openLockSet(agent), isIdle), outside, 0)).toBe(true);
  expect(ids.map(({ buffer }) => isUsableIn(agent, buffer, 0))).toEqual([true, true, true, false, true, true]);
});

test("a client's intervals are counted in its own jobs, however many of others come between", () =>
  withSpace({ budgetBytes: 8 * sizeBytes, swap: { sizeBytes: 32 * sizeBytes } }, async (space) => {
    await using one = space.client('one');
    await using other = space.client('other');
    const mine = [0, 1, 2].map(() => one.buffer('u8', [sizeBytes]));
    const theirs = Array.from({ length: 7 }, () => other.buffer('u8', [sizeBytes]));
    const use = async (buffer: (typeof mine)[0] | undefined): Promise<void> => {
      (await buffer?.map('update'))?.dispose();
    };
    // Fills the memory: what was used before the first eviction is not remembered.
    for (const buffer of [...mine, ...theirs]) await use(buffer);
    let turn = 0;
    for (let round = 0; round < 5; round++) {
      for (const buffer of mine) {
        await use(buffer);
        for (let burst = (round * 5 + turn) % 4; burst > 0; burst--) await use(theirs[turn++ % theirs.length]);
      }
    }
    const intervals = mine.map(({ id }) => intervalsOf(coreOf(space).agent, id));
    for (const each of intervals) expect(each.slice(0, 3)).toEqual([3, 3, 3]);
    for (const buffer of [...mine, ...theirs]) buffer.dispose();
  }));

/** Newest first. */
function intervalsOf(agent: Agent, buffer: number): number[] {
  const at = bufferAt(agent, buffer) + B_HISTORY;
  const history = agent.words.slice(at, at + HISTORY_WORDS);
  return Array.from({ length: countOf(history) }, (_, age) => intervalOf(history, age));
}
