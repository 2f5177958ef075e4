/**
 * A transaction over several buffers as src/run-transaction.ts and src/transaction-sync.ts run it, over the same core
 * functions: locks with retry, drafts, publishing together.
 */
import assert from 'node:assert/strict';
import { B_CONTENTS, B_FRESH } from '#fenceline/base/layout.js';
import { bufferAt, lockOf, placementOf } from '#fenceline/buffer/buffer.js';
import { load, store } from '#fenceline/cells/cell.js';
import type { Agent } from '#fenceline/cells/memory.js';
import { sleepUntil } from '#fenceline/cells/wait.js';
import type { Acquisition } from '#fenceline/lock/ww-lock.js';
import { blockStartBytes, freeBlock } from '#fenceline/memory/allocator.js';
import { placeLocked, takeBlockIn } from '#fenceline/memory/placement.js';
import { type DraftBlock, publishAllLocked } from '#fenceline/memory/publication.js';
import type { LockSet } from '#fenceline/reservation/lock-set.js';
import { closeLockSet, lockStep, openLockSet, releaseAll } from '#fenceline/reservation/lock-set.js';
import { recoverLocked } from '#fenceline/schedule/admit.js';
import { newBuffer, payloadAt, type Space } from './space-world.ts';

const never = Number.POSITIVE_INFINITY;

/** Blocks until the set has the lock or must die. */
export function acquireSync(space: Space, agent: Agent, set: LockSet, lockAt: number): Acquisition {
  const outcome = lockStep(agent, set, lockAt);
  if (outcome !== 'blocked') return outcome;
  const { found } = space;
  sleepUntil(
    agent,
    () => {
      found[agent.index] = lockStep(agent, set, lockAt);
      return found[agent.index] !== 'blocked';
    },
    never,
  );
  return found[agent.index] as Acquisition;
}

export interface Moved {
  readonly runs: number;
  /** False: one of the buffers is marked as not to be relied on, so nothing was done. */
  readonly isDone: boolean;
}

/** Takes `amount` from the first buffer and adds it to the second, in drafts that are published together. */
export function transfer(space: Space, agent: Agent, from: number, to: number, amount: number): Moved {
  const set = openLockSet(agent);
  let drafts: DraftBlock[] = [];
  let runs = 0;
  for (;;) {
    runs++;
    const contended = set.contended;
    set.contended = 0;
    if (contended !== 0) assert.notEqual(acquireSync(space, agent, set, contended), 'die');
    const isDead = !edit(space, agent, set, from, -amount, drafts) || !edit(space, agent, set, to, amount, drafts);
    if (!isDead) break;
    for (const { block } of drafts) freeBlock(agent, block);
    drafts = [];
    releaseAll(agent, set);
  }
  const isDone = drafts.length === 2;
  if (isDone) publishAllLocked(agent, drafts);
  else for (const { block } of drafts) freeBlock(agent, block);
  closeLockSet(agent, set);
  return { runs, isDone };
}

/** A buffer that has been written, and holds this amount. */
export function fund(space: Space, owner: Agent, amount: number): void {
  const { buffer } = newBuffer(owner);
  assert(placeLocked(owner, buffer, 0));
  store(owner.words, bufferAt(owner, buffer) + B_FRESH, 0);
  space.payload[payloadAt(space, buffer)] = amount;
}

/** Outcomes: false if the ticket must die. Contents that are not to be relied on leave no draft behind. */
function edit(space: Space, agent: Agent, set: LockSet, buffer: number, amount: number, drafts: DraftBlock[]): boolean {
  const lockAt = lockOf(agent, buffer);
  if (acquireSync(space, agent, set, lockAt) === 'die') return false;
  const noted = set.suspects.indexOf(lockAt);
  if (noted >= 0) {
    set.suspects.splice(noted, 1);
    recoverLocked(agent, buffer);
  }
  if (load(agent.words, bufferAt(agent, buffer) + B_CONTENTS) !== 0) return true;
  if (placementOf(agent, buffer) < 0) assert(placeLocked(agent, buffer, 0));
  const block = takeBlockIn(agent, buffer, 0);
  assert(block >= 0, 'There is room for a draft.');
  drafts.push({ buffer, block });
  const [old, draft] = [wordAt(agent, placementOf(agent, buffer)), wordAt(agent, block)];
  const isFresh = load(agent.words, bufferAt(agent, buffer) + B_FRESH) !== 0;
  // Plain accesses: two that edit at once would be a race.
  space.payload[draft] = (isFresh ? 0 : (space.payload[old] ?? 0)) + amount;
  return true;
}

function wordAt(agent: Agent, block: number): number {
  return blockStartBytes(agent, block) / 4;
}
