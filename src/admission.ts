/**
 * Jobs of this thread that could not be admitted at once: tried again whenever a lock, memory or room may be free.
 *
 * Context: the queue is this thread's; workers of the pool try too, so that a blocked submitter holds nothing up.
 * A job that waits for memory fails with ENOMEM once nobody freed any for `patienceMs` (design D8), one that waits for a slot
 * of a full table with ENOSPC.
 */
import { errorNumber, FencelineError } from './base/errors.ts';
import {
  H_JOB_TOP,
  H_MEMORY_WAIT,
  J_ERROR,
  J_ERROR_CHUNK,
  J_ORDER,
  J_POOL,
  J_SHORT,
  MEMORY_AWAITED,
  MEMORY_HELD,
} from './base/layout.ts';
import { bufferSizeBytes, lockOf } from './buffer/buffer.ts';
import { cas, load, store } from './cells/cell.ts';
import { storeBytes } from './cells/chunk.ts';
import { now, startTicker } from './cells/clock.ts';
import { addWaiter, nextWaiterOrder } from './cells/pump.ts';
import type { Core } from './core.ts';
import { figuresOf } from './figures.ts';
import { freedCount } from './memory/account.ts';
import { sweepClosed } from './memory/placement.ts';
import { isUsableIn, placeAt } from './memory/residence.ts';
import { noRoom } from './no-room.ts';
import type { LockSet } from './reservation/lock-set.ts';
import { ringQueued } from './reservation/lock-set.ts';
import type { Admission } from './schedule/admit.ts';
import { tryAdmit } from './schedule/admit.ts';
import { encodeThrown } from './schedule/codec.ts';
import type { Use } from './schedule/job.ts';
import {
  ADMITTING,
  chunkOwnerOf,
  FLAG_CONTENDED,
  FLAG_FILL,
  FLAG_WAITS_FOR_MEMORY,
  hasFlag,
  isReplacing,
  isWaitingForTurn,
  jobAt,
  loadPhase,
  movePhase,
  phaseOf,
  QUEUED,
  seqnoOfJob,
  usesOf,
} from './schedule/job.ts';
import { wakeAllWorkers } from './schedule/pool.ts';
import type { WaitingUses } from './schedule/waiting-uses.ts';
import { conflictsWith, noteWaiting, noWaitingUses } from './schedule/waiting-uses.ts';

interface Queued {
  readonly job: number;
  readonly seqno: number;
  readonly pool: number;
  readonly onAdmitted: () => void;
  /** The transaction under whose locks it runs, while that holds them. */
  readonly locks: LockSet | undefined;
  /** Since when it waits for memory without anybody freeing any; whose budget has no room for it, and the count of releases then. */
  waitsSince: number | undefined;
  short: number;
  freed: number;
  /** The last attempt met a full table, and this names it. */
  full: FencelineError | undefined;
  isGivenUp: boolean;
}

interface Queue {
  entries: Queued[];
  /** Whether the pump looks at it, and a ticker at its patience: one of each, however often it becomes empty. */
  isWaiting: boolean;
  isWatched: boolean;
  /** Whether this thread has later jobs wait for the memory of its first one. */
  isHolding: boolean;
}

const queues: WeakMap<Core, Queue> = new WeakMap();

/** Admits a job of this thread, now or later; then `onAdmitted` runs, unless a worker admitted it. */
export function admitOrQueue(core: Core, job: number, locks: LockSet | undefined, onAdmitted: () => void): void {
  let full: FencelineError | undefined;
  const outcome = tryAdmit(core.agent, job, locks, (error) => {
    full = error;
  });
  if (outcome === 'admitted') {
    onAdmitted();
    return;
  }
  if (outcome === 'gone') return;
  figuresOf(core).queued++;
  const pool = load(core.agent.words, jobAt(core.agent, job) + J_POOL);
  const queue = queueOf(core);
  const seqno = seqnoOfJob(core.agent, job);
  const isPoolListening = queue.entries.some((entry) => entry.pool === pool && isStillQueued(core, entry));
  queue.entries.push({
    job,
    seqno,
    pool,
    onAdmitted,
    locks,
    waitsSince: undefined,
    short: 0,
    freed: 0,
    full,
    isGivenUp: false,
  });
  waitForTurn(core, queue);
  watchPatience(core, queue);
  // While another job of the pool is queued, its workers listen already, or are on their way to look.
  if (pool >= 0 && !isPoolListening) wakeAllWorkers(core.agent, pool);
}

/**
 * Tries what is queued, in order of submission. Also for those who block: nobody else does it for jobs without a pool.
 * Outcomes: true if nothing is queued any more.
 */
export function serveQueue(core: Core): boolean {
  const queue = queueOf(core);
  // Taken out first: what is admitted may submit more.
  const entries = queue.entries.splice(0);
  const uses = noWaitingUses();
  const waiting: Queued[] = [];
  const admitted: Queued[] = [];
  for (const entry of entries) {
    const outcome = admitNext(core, entry, uses);
    if (outcome === 'admitted') admitted.push(entry);
    else if (outcome === 'later' || isStillQueued(core, entry)) waiting.push(entry);
  }
  queue.entries.unshift(...waiting);
  for (const entry of admitted) entry.onAdmitted();
  return queue.entries.length === 0;
}

/** `waiting`: what those before it in the queue use, and wait for. */
function admitNext(core: Core, entry: Queued, waiting: WaitingUses): Admission {
  if (!isStillQueued(core, entry)) return 'gone';
  entry.full = undefined;
  const { agent } = core;
  const locks = locksFor(core, entry);
  const uses = usesOf(agent, entry.job);
  // A transaction's own job goes before those that wait for its locks, and what fills a buffer before those that wait for that.
  if (locks === undefined && !hasFlag(agent, entry.job, FLAG_FILL) && conflictsWith(waiting, agent.index, uses))
    return 'later';
  const outcome = tryAdmit(agent, entry.job, locks, (error) => {
    entry.full = error;
  });
  if (outcome === 'later') noteWaiting(waiting, agent.index, uses);
  return outcome;
}

/** A transaction's locks serve its jobs only while it holds all that they need; given back, they are like any other. */
function locksFor({ agent }: Core, { job, locks }: Queued): LockSet | undefined {
  if (locks === undefined) return undefined;
  return usesOf(agent, job).every(({ buffer }) => locks.held.includes(lockOf(agent, buffer))) ? locks : undefined;
}

/** Whether a job that this thread submitted before `order` still waits for its place in the order of this buffer; of those uses that count. */
export function isQueuedBefore(core: Core, buffer: number, order: number, counts?: (use: Use) => boolean): boolean {
  const { agent } = core;
  for (const entry of queueOf(core).entries) {
    if (!isStillQueued(core, entry)) continue;
    if (((load(agent.words, jobAt(agent, entry.job) + J_ORDER) - order) | 0) >= 0) continue;
    for (const use of usesOf(agent, entry.job)) if (use.buffer === buffer && counts?.(use) !== false) return true;
  }
  return false;
}

function waitForTurn(core: Core, queue: Queue): void {
  if (queue.isWaiting) return;
  queue.isWaiting = true;
  addWaiter(core.agent, {
    order: nextWaiterOrder(),
    hint: -1,
    poll: () => serveQueue(core),
    run: () => {
      queue.isWaiting = false;
      // A job may have been queued between the last look and now.
      if (queue.entries.length > 0) waitForTurn(core, queue);
    },
  });
}

function queueOf(core: Core): Queue {
  let queue = queues.get(core);
  if (queue === undefined) {
    queue = { entries: [], isWaiting: false, isWatched: false, isHolding: false };
    queues.set(core, queue);
  }
  return queue;
}

function isStillQueued(core: Core, { job, seqno }: Queued): boolean {
  const isWaiting = isWaitingForTurn(loadPhase(core.agent, job));
  return seqnoOfJob(core.agent, job) === seqno && isWaiting;
}

/**
 * Gives up on jobs that have waited for memory or a slot as long as the space is patient, while nobody freed any: the oldest
 * first, for what it asked for may have been in the way of the others. Also for those who block: no timer runs for them.
 */
export function checkPatience(core: Core): void {
  const queue = queueOf(core);
  holdBack(core, queue);
  for (;;) {
    const due = queue.entries.find((entry) => isOutOfPatience(core, entry));
    if (due === undefined || !failQueued(core, due)) return;
  }
}

function isOutOfPatience(core: Core, entry: Queued): boolean {
  if (entry.isGivenUp || !isStillQueued(core, entry)) return false;
  // Contention is never a lack of memory: whoever gives the lock back rings (D8).
  const isWaiting =
    entry.full !== undefined ||
    (hasFlag(core.agent, entry.job, FLAG_WAITS_FOR_MEMORY) && !hasFlag(core.agent, entry.job, FLAG_CONTENDED));
  if (!isWaiting) {
    entry.waitsSince = undefined;
    return false;
  }
  const short = load(core.agent.words, jobAt(core.agent, entry.job) + J_SHORT);
  const freed = freedCount(core.agent, short);
  if (entry.waitsSince === undefined || entry.short !== short || entry.freed !== freed) {
    entry.waitsSince = now();
    entry.short = short;
    entry.freed = freed;
  }
  return now() - entry.waitsSince >= core.data.patienceMs;
}

/**
 * Halfway through its patience the first job that waits for memory has later ones wait too, also those that need none: what
 * they use all the time comes free for a moment, and can be evicted. Not to the end of it: what it waits for may be held by
 * somebody who waits for one of those.
 */
function holdBack(core: Core, queue: Queue): void {
  const { agent, data } = core;
  const first = queue.entries.find((entry) => entry.waitsSince !== undefined && isStillQueued(core, entry));
  const waitedMs = first?.waitsSince === undefined ? 0 : now() - first.waitsSince;
  const isHolding = waitedMs >= data.patienceMs / 4 && waitedMs < data.patienceMs * 0.75;
  if (isHolding === queue.isHolding) return;
  queue.isHolding = isHolding;
  // Once in a while, for it looks at every buffer: memory of closed ones whose watcher left.
  if (isHolding) sweepClosed(agent);
  const [from, to] = isHolding ? [MEMORY_AWAITED, MEMORY_HELD] : [MEMORY_HELD, MEMORY_AWAITED];
  if (cas(agent.words, H_MEMORY_WAIT, from, to) && !isHolding) ringQueued(agent);
}

/** While anything is queued. Stops by itself. */
function watchPatience(core: Core, queue: Queue): void {
  checkPatience(core);
  if (queue.isWatched) return;
  queue.isWatched = true;
  const periodMs = Math.min(Math.max(core.data.patienceMs / 4, 1), 250);
  const ticker = startTicker(periodMs, () => {
    if (!core.isClosed && queue.entries.length > 0) {
      // A fence of foreign work rings nobody who waits for memory: its buffer may be idle by now. Nor does a chunk that comes free.
      const isShort = ({ job, full }: Queued): boolean =>
        full !== undefined || hasFlag(core.agent, job, FLAG_WAITS_FOR_MEMORY);
      if (queue.entries.some(isShort)) serveQueue(core);
      checkPatience(core);
      return;
    }
    ticker.stop();
    queue.isWatched = false;
  });
}

/**
 * The job will not get its memory, or its slot: it fails, and still waits its turn so that its error comes after earlier writes.
 * Outcomes: false if somebody is at it right now: then it is looked at again.
 */
function failQueued(core: Core, entry: Queued): boolean {
  const { agent } = core;
  const word = loadPhase(agent, entry.job);
  if (phaseOf(word) !== QUEUED || !movePhase(agent, entry.job, word, ADMITTING, agent.index)) return false;
  entry.isGivenUp = true;
  leaveError(core, entry.job, entry.full ?? outOfMemory(core, entry.job));
  movePhase(agent, entry.job, loadPhase(agent, entry.job), QUEUED);
  serveQueue(core);
  return true;
}

/**
 * Fails the jobs, whoever submitted them, that are queued for the contents of a buffer, where these will not come. One that
 * somebody is at right now, and that asks for them again, is left out.
 */
export function failReaders(core: Core, buffer: number, error: FencelineError): void {
  const { agent } = core;
  const top = load(agent.words, H_JOB_TOP);
  for (let job = 0; job < top; job++) {
    const word = loadPhase(agent, job);
    const isReader = (use: Use): boolean => use.buffer === buffer && !isReplacing(use);
    if (phaseOf(word) !== QUEUED || !usesOf(agent, job).some(isReader)) continue;
    if (!movePhase(agent, job, word, ADMITTING, agent.index)) continue;
    leaveError(core, job, error);
    movePhase(agent, job, loadPhase(agent, job), QUEUED);
  }
  ringQueued(agent);
}

/** Leaves an error with a job that is the caller's. Outcomes: false if it has one already. */
export function leaveError(core: Core, job: number, error: FencelineError): boolean {
  const { agent } = core;
  const at = jobAt(agent, job);
  if (!cas(agent.words, at + J_ERROR, 0, errorNumber(error))) return false;
  const chunk = storeThrown(core, job, error);
  if (chunk > 0) store(agent.words, at + J_ERROR_CHUNK, chunk);
  return true;
}

/** Without room for its words, an error is still its code. */
function storeThrown(core: Core, job: number, error: FencelineError): number {
  let bytes = new Uint8Array(2048);
  let length = encodeThrown(error, bytes, 0);
  if (length < 0) {
    bytes = new Uint8Array(-1 - length);
    length = encodeThrown(error, bytes, 0);
  }
  try {
    return storeBytes(core.agent, bytes.subarray(0, length), chunkOwnerOf(job));
  } catch (cause) {
    if (FencelineError.is(cause, 'ENOSPC')) return 0;
    throw cause;
  }
}

function outOfMemory(core: Core, job: number): FencelineError {
  const { agent } = core;
  let askedBytes = 0;
  let heap = 0;
  for (const { buffer, heap: needed = -1 } of usesOf(agent, job)) {
    if (isUsableIn(agent, buffer, needed)) continue;
    heap = needed >= 0 ? needed : placeAt(agent, buffer, 0);
    askedBytes += bufferSizeBytes(agent, buffer);
  }
  return noRoom(core, {
    askedBytes,
    heap,
    client: load(agent.words, jobAt(agent, job) + J_SHORT),
    where: '',
    what: `${askedBytes} bytes`,
  });
}
