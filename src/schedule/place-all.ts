/**
 * Memory for all buffers of a job, where the job can run on it: all of them, or none more than before.
 *
 * A buffer is there if its block is in the heap that the job needs it in, or, if it needs none, in any that agents address.
 * What has no memory gets some; what is elsewhere (swapped out, or in another heap) is moved, once nobody uses it. First
 * without evicting anybody, from the desired heap to the last fallback; then by evicting, in the same order.
 *
 * All or nothing: a buffer that got memory here and was never used gives it back when another one gets none, and so does a job
 * its room (admit.ts). One that was
 * moved here may stay: nobody uses it, so whoever comes first may evict it again. So a job that waits holds nothing that
 * others need.
 *
 * Context of everything here: the locks of all buffers are held by `set`. Not here: order among jobs (admit.ts).
 */
import { DEBUG_EVICT, H_DEBUG } from '../base/layout.ts';
import { bufferSizeBytes, placementOf } from '../buffer/buffer.ts';
import { load } from '../cells/cell.ts';
import type { Agent } from '../cells/memory.ts';
import { chargedHeap, clientOf, hasAccountBudget } from '../memory/account.ts';
import { sendHome } from '../memory/device-heap.ts';
import type { Request } from '../memory/evict.ts';
import { evictAll, evictOwn, takeBlockEvicting } from '../memory/evict.ts';
import { isNeeded, moveIntoLocked } from '../memory/move.ts';
import { isPinned } from '../memory/pins.ts';
import { takeBlockIn, unplaceLocked } from '../memory/placement.ts';
import { HEAP_MEMORY, isUsableIn, kindOfHeap, placeAt } from '../memory/residence.ts';
import { isSwappedOut, takeRoomLocked } from '../memory/room.ts';
import type { LockSet } from '../reservation/lock-set.ts';
import { requestOf } from './claims.ts';
import { isIdle } from './idle.ts';
import { isReplacing, type Use } from './job.ts';

/**
 * 'busy': a buffer is elsewhere, and still in use there. 'memory': there is no room, or a buffer is pinned elsewhere.
 * 'contended': there would be room once somebody gives back the lock of a buffer that nobody uses.
 */
export type Placing = 'placed' | 'busy' | 'memory' | 'contended';

/** The uses whose buffers are not where the job can run on them. */
export function missingOf(agent: Agent, set: LockSet, job: number, uses: readonly Use[]): readonly Use[] {
  if ((load(agent.words, H_DEBUG) & DEBUG_EVICT) !== 0) evictFirst(agent, requestOf(set, job), uses);
  let missing = none;
  for (const use of uses) {
    if (isUsableIn(agent, use.buffer, use.heap ?? -1)) continue;
    // Most jobs miss nothing, and then nothing is allocated.
    if (missing === none) missing = [];
    missing.push(use);
  }
  return missing;
}

const none: Use[] = [];

/** Brings what is missing to where the job needs it. Outcomes: as `Placing`. */
export function bringAll(agent: Agent, set: LockSet, job: number, missing: readonly Use[]): Placing {
  for (const { buffer } of missing) {
    if (placementOf(agent, buffer) < 0) continue;
    if (isPinned(agent, buffer)) return 'memory';
    // From a device it is brought home by that one's thread, which rings.
    if (sendHome(agent, buffer) || !isIdle(agent, buffer)) return 'busy';
  }
  const request = requestOf(set, job);
  const placed: number[] = [];
  for (const use of missing) {
    const isNew = placementOf(agent, use.buffer) < 0;
    if (bring(agent, request, job, use)) {
      if (isNew) placed.push(use.buffer);
      continue;
    }
    for (const buffer of placed) unplaceLocked(agent, buffer);
    return request.contended >= 0 ? 'contended' : 'memory';
  }
  return 'placed';
}

/** Whose budget is in the way: token of the account of a client; 0: if anything, that of a heap. Another heap might do: 0. */
export function shortOf(agent: Agent, missing: readonly Use[]): number {
  for (const use of missing) {
    const client = isOnlyIn(agent, use, chargedHeap) ? clientOf(agent, use.buffer) : 0;
    let bytes = 0;
    for (const other of missing) {
      if (clientOf(agent, other.buffer) === client && isOnlyIn(agent, other, chargedHeap)) {
        bytes += bufferSizeBytes(agent, other.buffer);
      }
    }
    if (!hasAccountBudget(agent, client, bytes)) return client;
  }
  return 0;
}

function isOnlyIn(agent: Agent, use: Use, heap: number): boolean {
  return wantedAt(agent, use, 0) === heap && wantedAt(agent, use, 1) < 0;
}

function bring(agent: Agent, request: Request, job: number, use: Use): boolean {
  const { buffer } = use;
  for (let rank = 0, heap = wantedAt(agent, use, 0); heap >= 0; heap = wantedAt(agent, use, ++rank)) {
    if (kindOfHeap(agent, heap) !== HEAP_MEMORY) continue;
    if (bringInto(agent, job, use, takeBlockIn(agent, buffer, heap))) return true;
  }
  for (let rank = 0, heap = wantedAt(agent, use, 0); heap >= 0; heap = wantedAt(agent, use, ++rank)) {
    if (kindOfHeap(agent, heap) !== HEAP_MEMORY) continue;
    if (bringInto(agent, job, use, takeBlockEvicting(agent, request, buffer, heap))) return true;
  }
  return false;
}

/** What is to be replaced stays swapped out until the job begins (memory/room.ts). `block`: this agent's; -1: there is none. */
function bringInto(agent: Agent, job: number, use: Use, block: number): boolean {
  if (block < 0) return false;
  const isReadForNothing = isReplacing(use) && isSwappedOut(agent, use.buffer) && isNeeded(agent, use.buffer);
  if (!isReadForNothing) return moveIntoLocked(agent, use.buffer, block) === 'moved';
  takeRoomLocked(agent, use.buffer, block, job);
  return true;
}

/** The heap to try at this rank: the one that the job needs, else those of the buffer's list. -1: there are no more. */
export function wantedAt(agent: Agent, use: Use, rank: number): number {
  const needed = use.heap ?? -1;
  if (needed >= 0) return rank === 0 ? needed : -1;
  return placeAt(agent, use.buffer, rank);
}

/** Debugging: between any two uses a buffer is moved out and back, as far as nobody uses it. */
function evictFirst(agent: Agent, request: Request, uses: readonly Use[]): void {
  evictAll(agent, request);
  for (const { buffer } of uses) evictOwn(agent, request, buffer);
}
