/** Which buffers leave a heap that holds many: looked at all at once now and then, and never judged by what is true no more. */
import { expect, test } from 'vitest';
import { B_LAST_USE, H_PRESSURE, H_SUBMITTED } from '#fenceline/base/layout.js';
import { bufferAt, createBuffer } from '#fenceline/buffer/buffer.js';
import { store } from '#fenceline/cells/cell.js';
import type { Agent, Chooser } from '#fenceline/cells/memory.js';
import { createCore } from '#fenceline/core.js';
import { createChooser } from '#fenceline/memory/chooser.js';
import { moveEvicting, newRequest } from '#fenceline/memory/evict.js';
import { dropLocked, moveLocked } from '#fenceline/memory/move.js';
import { freshen } from '#fenceline/memory/placement.js';
import { residenceOf, swapHeapOf } from '#fenceline/memory/residence.js';
import { openLockSet } from '#fenceline/reservation/lock-set.js';
import { isIdle } from '#fenceline/schedule/idle.js';

const sizeBytes = 64;
const evictions = 100;

/** A heap that is full, with so many buffers; and as many that are swapped out. */
function fullHeap(count: number): { agent: Agent; buffers: readonly number[] } {
  const { agent } = createCore({
    ...{ budgetBytes: count * sizeBytes, patienceMs: 1000, heaps: [], debug: 0 },
    ...{ limits: { buffers: 4096, blocks: 8192 }, swap: { sizeBytes: (count + 2) * sizeBytes } },
  });
  const buffers = Array.from({ length: 2 * count }, (_, at) => {
    const { buffer } = createBuffer(agent, sizeBytes, 1, 0);
    moveLocked(agent, buffer, at < count ? 0 : swapHeapOf(agent));
    freshen(agent, buffer);
    return buffer;
  });
  return { agent, buffers };
}

/** Looks at shared words that an eviction takes, on average over some. */
function looksPerEviction(count: number): number {
  const { agent, buffers } = fullHeap(count);
  const request = newRequest(openLockSet(agent), isIdle);
  const real = globalThis.Atomics;
  let looks = 0;
  const counted = (words: Int32Array, at: number): number => {
    looks++;
    return real.load(words, at);
  };
  const value: unknown = Object.create(real, { load: { value: counted } });
  Object.defineProperty(globalThis, 'Atomics', { value, configurable: true, writable: true });
  try {
    for (const buffer of buffers.slice(count, count + evictions))
      expect(moveEvicting(agent, request, buffer, 0)).toBe(true);
  } finally {
    Object.defineProperty(globalThis, 'Atomics', { value: real, configurable: true, writable: true });
  }
  return looks / evictions;
}

test('an eviction among a thousand buffers takes about as many looks as one among a hundred', () => {
  expect(looksPerEviction(1000)).toBeLessThan(2 * looksPerEviction(100));
});

test('what was used or has left since all were looked at is not taken for what it was', () => {
  const { agent, buffers } = fullHeap(200);
  store(agent.words, H_PRESSURE, 1);
  const use = (chooser: Chooser, buffer: number, order: number): void => {
    store(agent.words, H_SUBMITTED, order);
    chooser.noteUse(agent, buffer, 0, order);
    store(agent.words, bufferAt(agent, buffer) + B_LAST_USE, order);
  };
  const chosenBy = (chooser: Chooser): number => {
    expect(chooser.begin(agent, 0)).toBe(true);
    const [victim = -1] = chooser.choose(agent, 0, sizeBytes);
    chooser.end(0);
    return victim;
  };
  const chooser = createChooser(() => []);
  for (const [at, buffer] of buffers.slice(0, 200).entries()) use(chooser, buffer, at + 1);
  // Room is wanted five times, and one look at all serves for six.
  for (let order = 201; order < 206; order++) {
    const victim = chosenBy(chooser);
    expect([residenceOf(agent, victim), victim]).toEqual([0, chosenBy(createChooser(() => []))]);
    if (order % 2 === 0) dropLocked(agent, victim);
    else use(chooser, victim, order);
  }
  expect(buffers.filter((buffer) => residenceOf(agent, buffer) === 0).length).toBe(198);
});
