/**
 * The transaction that waits without blocking.
 *
 * Calls of the body take turns, in order, for a ticket waits for one lock at a time: `Promise.all` over several edits is
 * legal, and one after the other. When the body is over, what it left under way is stopped before anything is decided.
 */
import type { DType } from './base/dtype.ts';

import { FencelineError, fail } from './base/errors.ts';

import type { ReadView, View } from './base/view.ts';
import type { BufferId } from './buffer/buffer.ts';
import { isBufferUsable, lockOf } from './buffer/buffer.ts';
import { now } from './cells/clock.ts';
import { deviceNamed } from './device-heaps.ts';
import type { FollowingSignal } from './follow-signal.ts';
import { followSignal } from './follow-signal.ts';
import { enterSeen } from './foreign-memory.ts';
import { heapsOf } from './heaps.ts';
import { beforeAllocation, beforeWait } from './lock/validator.ts';
import { freedCount } from './memory/account.ts';
import type { BufferParts, SharedBuffer } from './shared-buffer.ts';
import type { Savepoint, Transaction } from './transaction.ts';
import { BaseTransaction } from './transaction-base.ts';
import { anywhere } from './transaction-places.ts';
import { isUserLock, type WwLock } from './user-lock.ts';
import type { WaitOptions } from './waiting.ts';
import { whenOver, whenTrue } from './waiting.ts';

export class AsyncTransaction extends BaseTransaction implements Transaction {
  #underWay: Promise<unknown> | undefined;
  readonly #stop: FollowingSignal = followSignal(this.signal);

  read<D extends DType, S extends readonly number[]>(buffer: SharedBuffer<D, S>): Promise<ReadView<D, S>> {
    return this.#turn(async () => {
      const parts = enterSeen(this, buffer);
      await this.#take(parts, false);
      const draft = this.drafts.get(parts.buffer);
      if (draft === undefined) await this.#place(parts, buffer.sizeBytes, anywhere);
      const view = this.viewOf(buffer, parts, draft?.block ?? this.readableBlock(parts.buffer));
      return view as unknown as ReadView<D, S>;
    });
  }

  edit<D extends DType, S extends readonly number[]>(buffer: SharedBuffer<D, S>): Promise<View<D, S>> {
    return this.#turn(async () => {
      const parts = enterSeen(this, buffer);
      await this.#take(parts, true);
      await this.#whenMovable(parts, anywhere);
      return this.#room(parts, buffer.sizeBytes, () => this.tryDraft(buffer, parts));
    });
  }

  lock(...items: readonly (SharedBuffer | WwLock)[]): Promise<void> {
    return this.#turn(async () => {
      for (const item of items) {
        if (isUserLock(item)) await this.#acquire(this.enterLock(item));
        else await this.#lock(this.enter(item as SharedBuffer, 'items').buffer);
      }
    });
  }

  place(buffer: SharedBuffer, heaps: readonly string[]): Promise<void> {
    const device = deviceNamed(this.core, heaps[0]);
    if (device !== undefined) {
      const [, ...others] = heaps;
      return device.bringIn(this, buffer).catch((error: unknown) => {
        if (others.length === 0 || !FencelineError.is(error, 'ENOMEM')) throw error;
        return this.place(buffer, others);
      });
    }
    return this.#turn(async () => {
      const parts = enterSeen(this, buffer);
      const wanted = heapsOf(this.core, heaps);
      await this.#lock(parts.buffer);
      await this.#place(parts, buffer.sizeBytes, wanted);
    });
  }

  /** Takes the lock of a buffer that is to be moved out of the way. Outcomes: false if this transaction had it, or it is gone. */
  lockVictim(id: BufferId): Promise<boolean> {
    return this.#turn(async () => {
      const lockAt = lockOf(this.core.agent, id.buffer);
      if (this.set.held.includes(lockAt) || !isBufferUsable(this.core.agent, id)) return false;
      this.keep(id);
      await this.#acquire(lockAt);
      this.settleVictim(id.buffer);
      return true;
    });
  }

  /** A block in a heap for a buffer of this transaction, evicting others. Outcomes: the block, this agent's; ENOMEM. */
  takeRoom(parts: BufferParts, sizeBytes: number, heap: number): Promise<number> {
    return this.#turn(() => this.#room(parts, sizeBytes, () => this.places.takeIn(parts.buffer, heap)));
  }

  override rollback(to: Savepoint): void {
    this.check();
    // It may hold a lock, and be about to make a draft under it.
    if (this.#underWay !== undefined) {
      const sentence = 'A call of the transaction is under way. Hint: await it before rollback().';
      fail('EINVAL', sentence, { argument: 'tx' });
    }
    super.rollback(to);
  }

  /** The body is over. Outcomes: whether it had left calls under way; they have been stopped, and hold nothing. */
  async quiesce(): Promise<boolean> {
    // From here on there are no more calls: the locks go, and a draft that is made later would be nobody's.
    this.endViews();
    if (this.#underWay === undefined) return false;
    this.#stop.abort(new Error('The body of the transaction is over.'));
    while (this.#underWay !== undefined) await this.#underWay.catch(() => {});
    return true;
  }

  override endViews(): void {
    super.endViews();
    this.#stop.letGo();
  }

  /** After the calls before it. */
  #turn<T>(call: () => Promise<T>): Promise<T> {
    const before = this.#underWay;
    const mine = before === undefined ? call() : before.then(call, call);
    this.#underWay = mine;
    const done = (): void => {
      if (this.#underWay === mine) this.#underWay = undefined;
    };
    mine.then(done, done);
    return mine;
  }

  async #place(parts: BufferParts, sizeBytes: number, heaps: readonly number[]): Promise<void> {
    if (this.places.isPlaced(parts.buffer, heaps)) return;
    await this.#whenMovable(parts, heaps);
    await this.#room(parts, sizeBytes, () => this.tryPlaceHere(parts, heaps));
  }

  /** Nothing moves while it is in use: unless it may stay, whoever uses it is waited for. */
  async #whenMovable(parts: BufferParts, heaps: readonly number[]): Promise<void> {
    for (;;) {
      if (this.places.mayStay(parts.buffer, heaps)) return;
      this.bringHome(parts.buffer);
      const points = this.places.moveBlockers(parts.buffer);
      if (points.length === 0) return;
      if (!(await whenOver(this.core, points, this.#options()))) this.refuseTime();
      this.check();
    }
  }

  async #take(parts: BufferParts, isWrite: boolean): Promise<void> {
    await this.#lock(parts.buffer);
    if (this.core.agent.validator !== undefined) beforeWait(this.core.agent, this.set.ticket.id, false);
    for (;;) {
      const points = this.blockers(parts.buffer, isWrite);
      if (points.length === 0) break;
      if (!(await whenOver(this.core, points, this.#options()))) this.refuseTime();
      this.check();
    }
    if (this.drafts.has(parts.buffer)) return;
    this.checkFilled(parts, false);
    this.checkContents(parts);
  }

  async #lock(buffer: number): Promise<void> {
    if (!this.isTurn(buffer) && this.set.held.length > 0) this.postpone(buffer);
    if (!this.isTurn(buffer)) {
      const look = (): boolean => {
        this.listenForRoom();
        return this.isTurn(buffer);
      };
      if (!(await whenTrue(this.core, look, this.#stop.signal, this.deadline))) this.refuseTime();
      this.check();
    }
    await this.#acquire(lockOf(this.core.agent, buffer));
    this.settleBuffer(buffer);
  }

  async #acquire(lockAt: number): Promise<void> {
    let outcome = this.firstStep(lockAt, false);
    if (outcome === 'blocked') {
      const isOver = await this.#when(lockAt, () => {
        outcome = this.step(lockAt);
        return outcome !== 'blocked';
      });
      if (!isOver) this.refuseTime();
    }
    if (outcome === 'die') this.doom();
    this.check();
  }

  /**
   * Tries until there is room. Where a lock is in the way of eviction, the ticket waits for it, as for any other, or gives way:
   * contention is never a lack of memory (D8). Outcomes: what `attempt` gave; rejects with ENOMEM when nobody frees any for too long.
   */
  async #room<T>(parts: BufferParts, sizeBytes: number, attempt: () => T | undefined): Promise<T> {
    const { agent, data } = this.core;
    if (agent.validator !== undefined) beforeAllocation(agent, this.set.ticket.id, false);
    for (;;) {
      const short = this.places.shortOf(parts.buffer, sizeBytes);
      const freed = freedCount(agent, short);
      let found = attempt();
      if (found !== undefined) return found;
      const victim = this.contendedVictim();
      let outcome = victim === 0 ? 'blocked' : this.firstStep(victim, false);
      const look = (): boolean => {
        this.listenForRoom();
        if (victim !== 0) {
          // A ticket that waits for a lock takes no other: it stops waiting before it evicts again.
          outcome = this.step(victim);
          return outcome !== 'blocked' || freedCount(agent, short) !== freed;
        }
        found = attempt();
        return found !== undefined || this.contendedVictim() !== 0;
      };
      const patience = victim === 0 ? now() + data.patienceMs : Number.POSITIVE_INFINITY;
      if (outcome === 'blocked') await this.#unless(victim, look, Math.min(this.deadline, patience));
      if (outcome === 'die') this.doom();
      this.check();
      if (found !== undefined) return found;
      if (now() >= this.deadline) this.refuseTime();
      if (victim !== 0 || freedCount(agent, short) !== freed) continue;
      // What was in use may have come free without anybody freeing memory.
      found = attempt();
      if (found !== undefined) return found;
      if (this.contendedVictim() === 0) this.places.refuseMemory(parts, sizeBytes);
    }
  }

  /** Waits for `look`, and no longer for the lock (0: none) after that. */
  async #unless(lockAt: number, look: () => boolean, deadline: number): Promise<void> {
    try {
      await whenTrue(this.core, look, this.#stop.signal, deadline);
    } finally {
      if (lockAt !== 0) this.leave(lockAt);
    }
  }

  async #when(lockAt: number, poll: () => boolean): Promise<boolean> {
    let isOver = false;
    try {
      isOver = await whenTrue(this.core, poll, this.#stop.signal, this.deadline);
      return isOver;
    } finally {
      if (!isOver) this.leave(lockAt);
    }
  }

  #options(): WaitOptions {
    const { signal } = this.#stop;
    return this.deadline === Number.POSITIVE_INFINITY
      ? { signal }
      : { signal, timeoutMs: Math.max(0, this.deadline - now()) };
  }
}
