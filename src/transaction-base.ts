/**
 * What a transaction is, however it waits: its locks, its drafts, its views.
 *
 * Invariant: a draft's block is this agent's until it is published or freed (memory/placement.ts); views end with the
 * body. Not here: waiting (transaction-async.ts, transaction-sync.ts), and retries (run-transaction.ts).
 */

import { addForeign } from './added-points.ts';
import { isQueuedBefore } from './admission.ts';
import type { DType } from './base/dtype.ts';
import { bytesPerElement } from './base/dtype.ts';
import { fail } from './base/errors.ts';
import { B_STATE, H_QUEUED_INTEREST, H_QUEUED_OVERFLOW } from './base/layout.ts';
import type { Access } from './base/view.ts';
import type { BufferId } from './buffer/buffer.ts';
import { bufferAt, lockOf, placementOf, reservationOf } from './buffer/buffer.ts';
import { load } from './cells/cell.ts';
import { addAgent } from './cells/interest.ts';
import { generationOf } from './cells/slot.ts';
import type { Core } from './core.ts';
import { retainBuffer } from './core.ts';
import type { Draft, GivenView, SavedState } from './draft.ts';
import type { Fence } from './fence.ts';
import { pointsOfFence } from './fence.ts';
import { askAbout } from './job.ts';
import type { LiveView } from './live-view.ts';
import { lengthOf, viewOver } from './live-view.ts';
import { failedInput } from './local-job.ts';
import { isInjected } from './lock/injection.ts';
import { beforeLock } from './lock/validator.ts';
import type { Acquisition } from './lock/ww-lock.ts';
import { freeBlock } from './memory/allocator.ts';
import { sendHome } from './memory/device-heap.ts';
import { isPinned } from './memory/pins.ts';
import { bytesOfBlock, freshen } from './memory/placement.ts';
import { publishAllLocked } from './memory/publication.ts';
import { letAdmitPoints, looksFor } from './passing.ts';
import type { LockSet } from './reservation/lock-set.ts';
import { leaveStep, lockStep, releaseAll, releaseSince } from './reservation/lock-set.ts';
import type { UsedPoint } from './reservation/reservation.ts';
import { pendingPoints, USAGE_READ, USAGE_WRITE, usageBefore } from './reservation/reservation.ts';
import type { RunLimits } from './run-limits.ts';
import { recoverLocked } from './schedule/admit.ts';
import { isReturned } from './schedule/idle.ts';
import { ACCESS_READ } from './schedule/job.ts';
import type { BufferParts, SharedBuffer } from './shared-buffer.ts';
import { partsOf } from './shared-buffer.ts';
import type { Savepoint } from './transaction.ts';
import { noteAbsent } from './transaction-fills.ts';
import { anywhere, TransactionPlaces } from './transaction-places.ts';
import { type UserLock, userLockOf } from './user-lock.ts';
import { refuseLate } from './waiting.ts';

/** Thrown through the body to retry it. Not an error of the user's: the retry loop catches it. */
export class Retry extends Error {
  override name: string = 'Retry';
}

export abstract class BaseTransaction {
  readonly attempt: number;
  readonly signal: AbortSignal;
  readonly core: Core;
  readonly set: LockSet;
  readonly drafts: Map<number, Draft> = new Map();
  readonly views: Set<GivenView> = new Set();
  readonly places: TransactionPlaces;
  readonly timeoutMs: number | undefined;
  readonly deadline: number;
  isDoomed = false;
  isOver = false;
  readonly #limits: RunLimits;
  #acquisitions = 0;
  readonly #savepoints: Map<Savepoint, SavedState> = new Map();

  constructor(core: Core, set: LockSet, attempt: number, limits: RunLimits) {
    this.core = core;
    this.set = set;
    this.places = new TransactionPlaces(core, set, limits.fills.keys());
    this.attempt = attempt;
    this.timeoutMs = limits.timeoutMs;
    this.deadline = limits.deadline;
    this.signal = limits.signal;
    this.#limits = limits;
  }

  addFence(buffer: SharedBuffer, fence: Fence<unknown>, access: Access): void {
    const parts = this.enter(buffer, 'buffer');
    const { agent } = this.core;
    if (!this.set.held.includes(lockOf(agent, parts.buffer))) {
      fail('EINVAL', `Buffer '${parts.label}' is not locked by this transaction. Hint: lock it first.`, {
        argument: 'buffer',
      });
    }
    const points = pointsOfFence(fence, this.core);
    letAdmitPoints(agent, points, looksFor(this.core));
    addForeign(this.core, parts, points, access === 'read' ? USAGE_READ : USAGE_WRITE);
  }

  savepoint(): Savepoint {
    this.check();
    const point = Object.freeze({}) as Savepoint;
    const drafts = new Map<number, Uint8Array>();
    for (const { buffer, block } of this.drafts.values()) {
      drafts.set(buffer, bytesOfBlock(this.core.agent, buffer, block).slice());
    }
    this.#savepoints.set(point, { held: this.set.held.length, drafts });
    return point;
  }

  rollback(to: Savepoint): void {
    this.check();
    const then = this.#savepoints.get(to);
    if (then === undefined)
      fail('EINVAL', 'The savepoint is not one of this run of the transaction.', { argument: 'to' });
    const { agent } = this.core;
    for (const draft of this.drafts.values()) {
      const contents = then.drafts.get(draft.buffer);
      if (contents === undefined) this.drop(draft);
      else bytesOfBlock(agent, draft.buffer, draft.block).set(contents);
    }
    const released = new Set(this.set.held.slice(then.held));
    this.endViewsOf(({ buffer }) => released.has(lockOf(agent, buffer)));
    releaseSince(agent, this.set, then.held);
    let isLater = false;
    for (const point of this.#savepoints.keys()) {
      if (isLater) this.#savepoints.delete(point);
      isLater ||= point === to;
    }
  }

  /** Checks that the transaction may be used, and the buffer with it. */
  enter(buffer: SharedBuffer, argument: string): BufferParts {
    this.check();
    const parts = partsOf(buffer, this.core, argument);
    // Before any wait: whoever waits here for the job hears of its failure.
    askAbout(this.core, parts.buffer);
    this.keep(parts);
    return parts;
  }

  /** A reference until the transaction is over: the slot of a buffer must not be reused under its lock, or a wait for it. */
  keep(id: BufferId): void {
    if (!this.#limits.kept.has(id.buffer) && retainBuffer(this.core, id)) this.#limits.kept.add(id.buffer);
  }

  check(): void {
    if (this.isOver) fail('EINVAL', 'The transaction is over: its body has returned.', { argument: 'tx' });
    if (this.core.isClosed) fail('EINVAL', 'The space was closed during the transaction.', { argument: 'space' });
    if (this.isDoomed) throw new Retry('The transaction is being retried.');
    this.signal.throwIfAborted();
  }

  /**
   * Whether the jobs that this thread submitted before the transaction have their place in the order of the buffer: one
   * that still waits for memory stands in no reservation, and would be overtaken. Any use counts, for it may need a lock
   * that this transaction takes next.
   */
  isTurn(buffer: number): boolean {
    return !isQueuedBefore(this.core, buffer, this.#limits.order);
  }

  /** Checks that the transaction may be used, and a lock of the user's with it. Outcomes: where it is; EINVAL. */
  enterLock(lock: UserLock): number {
    this.check();
    const { address, label, rule } = userLockOf(lock, this.core);
    if (rule !== 'wait-die') {
      fail('EINVAL', `Lock '${label}' is ${rule}; transactions take locks that are wait-die.`, { argument: 'items' });
    }
    if (!this.#limits.keptLocks.has(address)) {
      lock.retain();
      this.#limits.keptLocks.set(address, lock);
    }
    return address;
  }

  /** One step towards a lock; see `lockStep`. */
  step(lockAt: number): Acquisition {
    const outcome = lockStep(this.core.agent, this.set, lockAt);
    if (this.#limits.injection === undefined || (outcome !== 'acquired' && outcome !== 'suspect')) return outcome;
    if (!isInjected(this.#limits.injection, this.set.held.length)) return outcome;
    this.#giveBack(lockAt);
    return 'die';
  }

  /** The first step towards a lock: where contention is injected, and orders are checked. `blocks`: the thread may block next. */
  firstStep(lockAt: number, blocks: boolean): Acquisition {
    if (!this.set.held.includes(lockAt)) {
      if (this.core.agent.validator !== undefined) beforeLock(this.core.agent, lockAt, this.set.ticket, blocks);
      this.#inject(lockAt);
    }
    return this.step(lockAt);
  }

  /** The lock of a buffer is held: what its former holder may have left is looked after. */
  settleBuffer(buffer: number): void {
    this.places.noteUse(buffer);
    this.settleVictim(buffer);
  }

  /** The same of one that is only to be moved out of the way. */
  settleVictim(buffer: number): void {
    // The contended lock of a retry was taken before the body ran again: whether it was suspect is noted in the set.
    const noted = this.set.suspects.indexOf(lockOf(this.core.agent, buffer));
    if (noted < 0) return;
    this.set.suspects.splice(noted, 1);
    recoverLocked(this.core.agent, buffer);
  }

  refuseTime(): never {
    return refuseLate(this.timeoutMs, 'transaction');
  }

  /** A buffer that a device has comes home before it is seen here: its device's thread needs the lock for that. */
  bringHome(buffer: number): void {
    if (!isPinned(this.core.agent, buffer) && sendHome(this.core.agent, buffer)) this.postpone(buffer);
  }

  /** Memory in one of these heaps, or where agents address it. Outcomes: undefined if there is no room now. */
  tryPlaceHere(parts: BufferParts, heaps: readonly number[]): true | undefined {
    if (!this.places.mayStay(parts.buffer, heaps)) this.bringHome(parts.buffer);
    const before = placementOf(this.core.agent, parts.buffer);
    const isPlaced = this.places.tryPlace(parts, heaps);
    // It moved: views that this run gave of it are of memory that others have now.
    if (placementOf(this.core.agent, parts.buffer) !== before) this.endViewsOf(({ block }) => block === before);
    return isPlaced || undefined;
  }

  /** Gives up waiting for a lock. */
  leave(lockAt: number): void {
    leaveStep(this.core.agent, this.set, lockAt);
  }

  /** Locks a buffer now or never, for a job that is submitted at once: contention dooms the transaction. */
  lockNow(id: BufferId): void {
    const { buffer } = id;
    this.keep(id);
    // A ticket waits for one lock at a time, and takes none meanwhile: others would not see that it holds more by now.
    const awaited = this.set.ticket.waitingAt;
    if (awaited !== 0) {
      this.leave(awaited);
      this.#giveBack(awaited);
      this.doom();
    }
    if (!this.isTurn(buffer)) this.postpone(buffer);
    const lockAt = lockOf(this.core.agent, buffer);
    const outcome = this.firstStep(lockAt, false);
    if (outcome === 'blocked') {
      this.leave(lockAt);
      releaseAll(this.core.agent, this.set);
      this.set.contended = lockAt;
      this.doom();
    }
    if (outcome === 'die') this.doom();
    this.settleBuffer(buffer);
  }

  /** Asks to be rung when memory comes free: before a look, so that nothing is lost between the two. */
  listenForRoom(): void {
    addAgent(this.core.agent.words, H_QUEUED_INTEREST, H_QUEUED_OVERFLOW, this.core.agent.index);
  }

  doom(): never {
    this.isDoomed = true;
    throw new Retry('An older transaction has a lock that this one needs.');
  }

  /** Points that must be over before this access, under the lock. */
  blockers(buffer: number, isWrite: boolean): UsedPoint[] {
    const { agent } = this.core;
    const points = pendingPoints(agent, reservationOf(agent, buffer), usageBefore(isWrite));
    return points.filter((point) => !isReturned(agent, point));
  }

  /** Contents that only a source can make are waited for, and the transaction begins again once they are there. Context: locked. */
  checkFilled(parts: BufferParts, blocks: boolean): void {
    if (!noteAbsent(this.core, this.#limits.fills, parts, blocks)) return;
    releaseAll(this.core.agent, this.set);
    this.doom();
  }

  /** The buffer's contents must be good. */
  checkContents(parts: BufferParts): void {
    const use = { ...parts, access: ACCESS_READ };
    const failed = failedInput(this.core, [use], `The transaction on '${parts.label}'`);
    if (failed !== undefined) throw failed;
  }

  /**
   * The lock of a buffer that could be evicted if its holder gave it back, to be waited for through the ticket; 0 if none was
   * met. The buffer is kept until the transaction is over, and its lock too, once it is had.
   */
  contendedVictim(): number {
    const { agent } = this.core;
    const buffer = this.places.contended;
    if (buffer < 0) return 0;
    const generation = generationOf(load(agent.words, bufferAt(agent, buffer) + B_STATE));
    this.keep({ buffer, generation });
    return this.#limits.kept.has(buffer) ? lockOf(agent, buffer) : 0;
  }

  /** The block to look at, with zeros if nobody wrote it. Context: locked, placed, earlier users are over. */
  readableBlock(buffer: number): number {
    freshen(this.core.agent, buffer);
    return placementOf(this.core.agent, buffer);
  }

  /** A draft with the buffer's contents. Outcomes: undefined if there is no room now. */
  tryDraft<D extends DType, S extends readonly number[]>(
    buffer: SharedBuffer<D, S>,
    parts: BufferParts,
  ): LiveView<D, S> | undefined {
    const { agent } = this.core;
    const known = this.drafts.get(parts.buffer);
    if (known !== undefined) return this.viewOf(buffer, parts, known.block);
    if (this.tryPlaceHere(parts, anywhere) === undefined) return undefined;
    const block = this.places.takeDraft(parts);
    if (block < 0) return undefined;
    bytesOfBlock(agent, parts.buffer, block).set(bytesOfBlock(agent, parts.buffer, this.readableBlock(parts.buffer)));
    this.drafts.set(parts.buffer, { buffer: parts.buffer, block });
    return this.viewOf(buffer, parts, block);
  }

  viewOf<D extends DType, S extends readonly number[]>(
    buffer: SharedBuffer<D, S>,
    parts: BufferParts,
    block: number,
  ): LiveView<D, S> {
    const from = parts.offset * bytesPerElement(buffer.dtype);
    const size = lengthOf(buffer.shape) * bytesPerElement(buffer.dtype);
    const view = viewOver(
      buffer.dtype,
      buffer.shape,
      bytesOfBlock(this.core.agent, parts.buffer, block).subarray(from, from + size),
      parts.label,
    );
    this.views.add({ view: view as unknown as LiveView, buffer: parts.buffer, block });
    return view;
  }

  /** The body is over: all drafts take effect, or none. Outcomes: ENOSPC if there is no chunk to write down several. */
  publish(): void {
    const { agent } = this.core;
    this.endViews();
    // The drafts went with this thread's place in the space.
    if (this.core.isClosed) fail('EINVAL', 'The space was closed during the transaction.', { argument: 'space' });
    publishAllLocked(agent, [...this.drafts.values()]);
    this.drafts.clear();
  }

  /** Nothing takes effect. */
  discard(): void {
    this.endViews();
    if (this.core.isClosed) return;
    for (const draft of this.drafts.values()) this.drop(draft);
  }

  drop(draft: Draft): void {
    this.endViewsOf(({ block }) => block === draft.block);
    freeBlock(this.core.agent, draft.block);
    this.drafts.delete(draft.buffer);
  }

  endViews(): void {
    this.isOver = true;
    this.endViewsOf(() => true);
  }

  endViewsOf(isOfThem: (given: GivenView) => boolean): void {
    for (const given of this.views) {
      if (!isOfThem(given)) continue;
      given.view.end();
      this.views.delete(given);
    }
  }

  /** Ends this run; the next one begins when the buffer's turn has come. Who waits for a turn holds nothing: no ticket sees that wait. */
  postpone(buffer: number): never {
    releaseAll(this.core.agent, this.set);
    this.#limits.turns.add(buffer);
    this.doom();
  }

  #inject(lockAt: number): void {
    this.#acquisitions++;
    const at =
      this.#limits.contend === 'always' ? this.attempt + 1 : this.attempt === 1 ? this.#limits.contend : undefined;
    // Only a ticket that holds something can be told to give way.
    if (at !== this.#acquisitions || this.set.held.length === 0) return;
    this.#giveBack(lockAt);
    this.doom();
  }

  /** As if the lock were an older transaction's. */
  #giveBack(lockAt: number): void {
    releaseAll(this.core.agent, this.set);
    this.set.contended = lockAt;
  }
}
