/**
 * Fetching ahead: a worker that has nothing to run brings back what was swapped out and the next jobs will need.
 *
 * Which jobs: those that wait for something else than memory, a lock, a source, an earlier job, in order of submission; a few. A job
 * that waits for memory ends the list: what is free is its, and it takes that itself when it is tried (place-all.ts).
 * Which buffers: what such a job reads, if it is in the swap heap, nobody uses it, and nobody pins it. Room is what is free; else
 * buffers leave for it that are needed later than it, by a job that waits, or by none that is known.
 *
 * State: nothing in shared memory but that of moves (move.ts); a count for reports. Order of one fetch, by a worker of the pool:
 *   1. the last look before a sleep found nothing: it says that it is idle (take.ts)
 *   2. look for a buffer to fetch, without locks. None: sleep; that look was the last one
 *   3. it is idle no more: who makes a job ready wakes another, or finds that everybody is busy. Rung already: back to 1
 *   4. try the buffer's lock, without waiting; look again under it: in the swap heap, unused, not pinned
 *   5. **move it** (move.ts), into free memory, or evicting as for a job (evict.ts), from among those that may go
 *   6. give the lock back; release the buffer if it was closed meanwhile; back to 1
 *
 * Why it delays nobody who could run: one buffer at a time, and a look for work after each. Why nobody waits: locks are only
 * tried, and whoever is refused one meanwhile is rung when it is given back (`askToBeRung`). Why no lost wake-up: after 3 this
 * worker looks again before it sleeps, as one that ran a job. Why no job gets less than without it: what is fetched is not in use,
 * and may be evicted by whoever needs room; a job's own attempt does not ask who fetched what.
 * Why it ends: an agent fetches a buffer once for a job, and what it could not fetch it tries again after its next sleep. Why two
 * workers do not fetch in circles: each eviction here makes room for something that is needed earlier than what leaves.
 * If it dies: what a mover leaves behind (move.ts), and a lock that names it (lock/ww-lock.ts). If it never runs, jobs bring what they
 * need when they are admitted.
 *
 * Not here: whose turn it is, and what a job needs besides (admit.ts).
 */
import { FencelineError } from '../base/errors.ts';
import {
  B_CONTENTS,
  B_FRESH,
  DEBUG_EVICT,
  DEBUG_NOT_AHEAD,
  H_DEBUG,
  H_FETCHED,
  H_PRESSURE,
  P_BUDGET,
  P_USED,
} from '../base/layout.ts';
import { bufferAt, bufferSizeBytes, isBufferUsable } from '../buffer/buffer.ts';
import { isAskedToQuit } from '../cells/agent.ts';
import { add, load } from '../cells/cell.ts';
import type { Agent } from '../cells/memory.ts';
import { heapAt } from '../memory/block-chain.ts';
import { buffersIn } from '../memory/buffers-in.ts';
import { moveEvicting, newRequest } from '../memory/evict.ts';
import { moveLocked } from '../memory/move.ts';
import { isPinned } from '../memory/pins.ts';
import { tryRelease } from '../memory/placement.ts';
import { HEAP_MEMORY, HEAP_SWAP, kindOfHeap, residenceOf } from '../memory/residence.ts';
import { unitsOf } from '../memory/size-class.ts';
import type { LockSet } from '../reservation/lock-set.ts';
import { withLockNow } from './admit.ts';
import { isIdle } from './idle.ts';
import { FLAG_CANCELLED, FLAG_WAITS_FOR_MEMORY, hasFlag, isReplacing, type Use } from './job.ts';
import { type JobAhead, jobsAhead } from './jobs-ahead.ts';
import { wantedAt } from './place-all.ts';
import { leaveIdle } from './pool.ts';
import { takeOrListen, type Work } from './take.ts';

/** Jobs that are looked at, of those that wait. */
const jobsMax = 4;
/** What an agent remembers having fetched; more is forgotten at once. */
const fetchedMax = 4096;

/** A buffer to be fetched, and who needs it. */
interface Fetch {
  readonly use: Use;
  /** Number of the job among all jobs. */
  readonly order: number;
  readonly jobs: readonly JobAhead[];
}

/** By buffer: the job that it was fetched for. */
type Fetched = Map<number, number>;
const fetches: WeakMap<Agent, Fetched> = new WeakMap();

/** The last look before a sleep; as long as it finds nothing, something is fetched, and it looks again. Outcomes: as `takeOrListen`. */
export function takeOrFetch(agent: Agent, pool: number): Work | undefined {
  const failed = new Set<number>();
  for (;;) {
    const work = takeOrListen(agent, pool);
    if (work !== undefined || isAskedToQuit(agent)) return work;
    const next = findNext(agent, failed);
    if (next === undefined) return undefined;
    if (leaveIdle(agent, pool) && !fetchNow(agent, next)) failed.add(next.use.buffer);
  }
}

/** The first buffer that a job which waits will need and that is worth a try; a look, without locks. */
function findNext(agent: Agent, failed: ReadonlySet<number>): Fetch | undefined {
  const { words } = agent;
  // Nothing was ever evicted.
  if (load(words, H_PRESSURE) === 0 || (load(words, H_DEBUG) & (DEBUG_EVICT | DEBUG_NOT_AHEAD)) !== 0) return undefined;
  const jobs = jobsAhead(agent);
  const fetched = fetchedBy(agent);
  let count = 0;
  for (const { job, order, isWaiting, uses } of jobs) {
    if (!isWaiting || hasFlag(agent, job, FLAG_CANCELLED)) continue;
    if (hasFlag(agent, job, FLAG_WAITS_FOR_MEMORY) || ++count > jobsMax) return undefined;
    for (const use of uses) {
      if (failed.has(use.buffer) || fetched.get(use.buffer) === order) continue;
      if (isFetchable(agent, use)) return { use, order, jobs };
    }
  }
  return undefined;
}

/** Whether the buffer waits in the swap heap, with contents that the use needs, and nobody is in the way. Lasts if its lock is held. */
function isFetchable(agent: Agent, use: Use): boolean {
  const { buffer } = use;
  const residence = residenceOf(agent, buffer);
  if (residence < 0 || kindOfHeap(agent, residence) !== HEAP_SWAP || isReplacing(use)) return false;
  const at = bufferAt(agent, buffer);
  if (load(agent.words, at + B_FRESH) !== 0 || load(agent.words, at + B_CONTENTS) !== 0) return false;
  return isBufferUsable(agent, use) && !isPinned(agent, buffer) && isIdle(agent, buffer);
}

/** Outcomes: false if it could not be fetched, or somebody was faster. */
function fetchNow(agent: Agent, next: Fetch): boolean {
  const { buffer } = next.use;
  let isHere = false;
  try {
    withLockNow(agent, buffer, (set) => {
      isHere = isFetchable(agent, next.use) && bring(agent, set, next);
    });
  } catch (error) {
    // Full tables: whoever needs the buffer is told, if they still are by then.
    if (!FencelineError.is(error, 'ENOSPC')) throw error;
  }
  // Whoever wanted to release it found us in it.
  tryRelease(agent, buffer);
  if (!isHere) return false;
  add(agent.words, H_FETCHED, 1);
  fetchedBy(agent).set(buffer, next.order);
  return true;
}

/** Context: the buffer's lock is held by `set`, nobody uses it. Outcomes: whether it is where the job can run on it. */
function bring(agent: Agent, set: LockSet, { use, order, jobs }: Fetch): boolean {
  const heap = heapFor(agent, use);
  if (heap < 0) return false;
  if (moveLocked(agent, use.buffer, heap) === 'moved') return true;
  const needed = new Set<number>();
  for (const job of jobs) {
    if (((job.order - order) | 0) <= 0) for (const { buffer } of job.uses) needed.add(buffer);
  }
  const mayGo = (asker: Agent, buffer: number): boolean => !needed.has(buffer) && isIdle(asker, buffer);
  if (!couldFree(agent, heap, bufferSizeBytes(agent, use.buffer), needed)) return false;
  return moveEvicting(agent, newRequest(set, mayGo), use.buffer, heap);
}

/** The first memory of its list, or the one that the job needs it in. */
function heapFor(agent: Agent, use: Use): number {
  for (let rank = 0; ; rank++) {
    const heap = wantedAt(agent, use, rank);
    if (heap < 0 || kindOfHeap(agent, heap) === HEAP_MEMORY) return heap;
  }
}

/** Whether what may go is large enough: else nobody has to. */
function couldFree(agent: Agent, heap: number, bytes: number, needed: ReadonlySet<number>): boolean {
  const at = heapAt(agent, heap);
  let missing = unitsOf(bytes) - (load(agent.words, at + P_BUDGET) - load(agent.words, at + P_USED));
  for (const buffer of buffersIn(agent, heap)) {
    if (missing <= 0) return true;
    if (needed.has(buffer) || isPinned(agent, buffer) || !isIdle(agent, buffer)) continue;
    missing -= unitsOf(bufferSizeBytes(agent, buffer));
  }
  return missing <= 0;
}

function fetchedBy(agent: Agent): Fetched {
  let fetched = fetches.get(agent);
  if (fetched === undefined || fetched.size > fetchedMax) {
    fetched = new Map();
    fetches.set(agent, fetched);
  }
  return fetched;
}
