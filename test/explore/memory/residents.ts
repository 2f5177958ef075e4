/** What scenarios of eviction share: buffers that are swapped out, and a transaction that brings some of them into memory. */
import assert from 'node:assert/strict';
import {
  B_FRESH,
  B_PLACEMENT,
  BLOCK_WORDS,
  BUFFER_WORDS,
  H_QUEUED_INTEREST,
  H_QUEUED_OVERFLOW,
  K_HEAP,
  K_START,
} from '#fenceline/base/layout.js';
import { lockOf } from '#fenceline/buffer/buffer.js';
import { addAgent } from '#fenceline/cells/interest.js';
import type { Agent } from '#fenceline/cells/memory.js';
import { sleepUntil } from '#fenceline/cells/wait.js';
import { moveEvicting, newRequest, type Request } from '#fenceline/memory/evict.js';
import { placeLocked } from '#fenceline/memory/placement.js';
import { isUsableIn } from '#fenceline/memory/residence.js';
import { closeLockSet, openLockSet, releaseAll } from '#fenceline/reservation/lock-set.js';
import { isIdle } from '#fenceline/schedule/idle.js';
import { newBuffer, newSpace, type Space, unit } from '../schedule/space-world.ts';
import { acquireSync } from '../schedule/transactions.ts';
import { agentIn } from '../world.ts';

/** Heap 0 has room for `budget` of the buffers, heap 1 takes what is swapped out. Buffer n holds n + 10. */
export function newResidents(buffers: number, budget: number, seated: number): Space {
  const space = newSpace({ seated, buffers, budget, more: [{ units: buffers + 2, kind: 1 }] });
  const owner = agentIn(space, seated - 1);
  for (let index = 0; index < buffers; index++) {
    const { buffer } = newBuffer(owner);
    assert(placeLocked(owner, buffer, 1));
    space.memory.words[space.layout.buffers + buffer * BUFFER_WORDS + B_FRESH] = 0;
    const { memory, at } = placeOf(space, buffer);
    memory[at] = buffer + 10;
  }
  return space;
}

/** Where a buffer's first word is. Reads plainly. */
export function placeOf(
  { memory: { words }, layout, memories }: Space,
  buffer: number,
): { memory: Int32Array; at: number } {
  const block = (words[layout.buffers + buffer * BUFFER_WORDS + B_PLACEMENT] ?? 0) - 1;
  assert(block >= 0, 'The buffer has memory.');
  const at = layout.blocks + block * BLOCK_WORDS;
  const memory = memories[words[at + K_HEAP] ?? -1];
  assert(memory, 'The block is of a heap.');
  return { memory, at: ((words[at + K_START] ?? 0) * unit) / 4 };
}

/** Brings all of the buffers into heap 0 at once, as src/transaction-sync.ts does. Outcomes: how many runs it took. */
export function bringTogether(space: Space, agent: Agent, buffers: readonly number[]): number {
  const set = openLockSet(agent);
  for (let runs = 1; ; runs++) {
    const contended = set.contended;
    set.contended = 0;
    if (contended !== 0) assert.notEqual(acquireSync(space, agent, set, contended), 'die');
    const request = newRequest(set, isIdle, (buffer) => !buffers.includes(buffer));
    if (bringEach(space, agent, request, buffers)) {
      for (const buffer of buffers) assert(isUsableIn(agent, buffer, 0), 'All of them are there at once.');
      closeLockSet(agent, set);
      return runs;
    }
    releaseAll(agent, set);
  }
}

/** Outcomes: false if the ticket must die. */
function bringEach(space: Space, agent: Agent, request: Request, buffers: readonly number[]): boolean {
  for (const buffer of buffers) {
    if (acquireSync(space, agent, request.set, lockOf(agent, buffer)) === 'die') return false;
    while (!tryBring(agent, request, buffer)) {
      const victim = request.contended;
      if (victim < 0) sleepForRoom(agent, request, buffer);
      else if (acquireSync(space, agent, request.set, lockOf(agent, victim)) === 'die') return false;
    }
  }
  return true;
}

function tryBring(agent: Agent, request: Request, buffer: number): boolean {
  request.contended = -1;
  return isUsableIn(agent, buffer, 0) || moveEvicting(agent, request, buffer, 0);
}

function sleepForRoom(agent: Agent, request: Request, buffer: number): void {
  const look = (): boolean => {
    addAgent(agent.words, H_QUEUED_INTEREST, H_QUEUED_OVERFLOW, agent.index);
    return tryBring(agent, request, buffer) || request.contended >= 0;
  };
  sleepUntil(agent, look, Number.POSITIVE_INFINITY);
}
