/** The transaction that blocks its thread. Not for a thread that owns a device, or a browser's window. */
import { checkPatience, serveQueue } from './admission.ts';
import type { DType } from './base/dtype.ts';
import { fail } from './base/errors.ts';
import type { ReadView, View } from './base/view.ts';
import { lockOf } from './buffer/buffer.ts';
import { now } from './cells/clock.ts';
import { sleepUntil } from './cells/wait.ts';
import type { Points } from './fence/points.ts';
import { firstPending } from './fence/points.ts';
import { enterSeen } from './foreign-memory.ts';
import { heapsOf } from './heaps.ts';
import { isSelfDeadlock } from './lock/lock-wait.ts';
import { beforeAllocation, beforeWait } from './lock/validator.ts';
import { freedCount } from './memory/account.ts';
import type { BufferParts, SharedBuffer } from './shared-buffer.ts';
import type { Transaction } from './transaction.ts';
import { BaseTransaction } from './transaction-base.ts';
import { anywhere } from './transaction-places.ts';
import { isUserLock, type WwLock } from './user-lock.ts';
import { blockUntilOver, isOwedHere } from './waiting.ts';

export class SyncTransaction extends BaseTransaction implements Transaction<'sync'> {
  read<D extends DType, S extends readonly number[]>(buffer: SharedBuffer<D, S>): ReadView<D, S> {
    const parts = enterSeen(this, buffer);
    this.#take(parts, false);
    const draft = this.drafts.get(parts.buffer);
    if (draft === undefined) this.#place(parts, buffer.sizeBytes, anywhere);
    const view = this.viewOf(buffer, parts, draft?.block ?? this.readableBlock(parts.buffer));
    return view as unknown as ReadView<D, S>;
  }

  edit<D extends DType, S extends readonly number[]>(buffer: SharedBuffer<D, S>): View<D, S> {
    const parts = enterSeen(this, buffer);
    this.#take(parts, true);
    this.#untilMovable(parts, anywhere);
    return this.#room(parts, buffer.sizeBytes, () => this.tryDraft(buffer, parts));
  }

  lock(...items: readonly (SharedBuffer | WwLock)[]): void {
    for (const item of items) {
      if (isUserLock(item)) this.#acquire(this.enterLock(item));
      else this.#lock(this.enter(item as SharedBuffer, 'items').buffer);
    }
  }

  place(buffer: SharedBuffer, heaps: readonly string[]): void {
    const parts = enterSeen(this, buffer);
    const wanted = heapsOf(this.core, heaps);
    this.#lock(parts.buffer);
    this.#place(parts, buffer.sizeBytes, wanted);
  }

  #place(parts: BufferParts, sizeBytes: number, heaps: readonly number[]): void {
    if (this.places.isPlaced(parts.buffer, heaps)) return;
    this.#untilMovable(parts, heaps);
    this.#room(parts, sizeBytes, () => this.tryPlaceHere(parts, heaps));
  }

  /** Nothing moves while it is in use: unless it may stay, whoever uses it is waited for. */
  #untilMovable(parts: BufferParts, heaps: readonly number[]): void {
    if (this.places.mayStay(parts.buffer, heaps)) return;
    this.bringHome(parts.buffer);
    const points = this.places.moveBlockers(parts.buffer);
    if (points.length > 0) this.#waitFor(points, parts.label);
  }

  #take(parts: BufferParts, isWrite: boolean): void {
    this.#lock(parts.buffer);
    if (this.core.agent.validator !== undefined) beforeWait(this.core.agent, this.set.ticket.id, true);
    const points = this.blockers(parts.buffer, isWrite);
    if (points.length > 0) this.#waitFor(points, parts.label);
    if (this.drafts.has(parts.buffer)) return;
    this.checkFilled(parts, true);
    this.checkContents(parts);
  }

  #waitFor(points: Points, label: string): void {
    const isOwed = (of: Points): boolean => isOwedHere(this.core, of);
    if (isOwed(points) || !blockUntilOver(this.core, points, this.deadline, isOwed)) {
      fail('EDEADLK', `The transaction would never get '${label}': this thread has to end first what it waits for.`, {
        cycle: ['this thread', label, 'this thread'],
      });
    }
    if (firstPending(this.core.agent, points, 0) >= 0) this.refuseTime();
  }

  #lock(buffer: number): void {
    const look = (): boolean => {
      serveQueue(this.core);
      checkPatience(this.core);
      return this.isTurn(buffer);
    };
    const lockAt = lockOf(this.core.agent, buffer);
    if (!this.isTurn(buffer) && this.set.held.length > 0) this.postpone(buffer);
    if (!this.isTurn(buffer) && !look()) {
      // What is queued may wait for a lock that this thread has, as whoever has the lock may.
      if (isSelfDeadlock(this.core.agent, lockAt, this.set.ticket)) refuseSelf();
      if (!this.#sleep(look, this.deadline)) this.refuseTime();
    }
    this.#acquire(lockAt);
    this.settleBuffer(buffer);
  }

  #acquire(lockAt: number): void {
    let outcome = this.firstStep(lockAt, true);
    if (outcome === 'blocked') {
      if (isSelfDeadlock(this.core.agent, lockAt, this.set.ticket)) {
        this.leave(lockAt);
        refuseSelf();
      }
      const isOver = this.#sleep(() => {
        outcome = this.step(lockAt);
        return outcome !== 'blocked';
      }, this.deadline);
      if (!isOver) {
        this.leave(lockAt);
        this.refuseTime();
      }
    }
    if (outcome === 'die') this.doom();
  }

  /** As in the transaction that does not block (transaction-async.ts). */
  #room<T>(parts: BufferParts, sizeBytes: number, attempt: () => T | undefined): T {
    const { agent, data } = this.core;
    if (agent.validator !== undefined) beforeAllocation(agent, this.set.ticket.id, true);
    for (;;) {
      const short = this.places.shortOf(parts.buffer, sizeBytes);
      const freed = freedCount(agent, short);
      let found = attempt();
      if (found !== undefined) return found;
      const victim = this.#victimOfOthers();
      let outcome = victim === 0 ? 'blocked' : this.firstStep(victim, true);
      const look = (): boolean => {
        this.listenForRoom();
        if (victim !== 0) {
          // A ticket that waits for a lock takes no other: it stops waiting before it evicts again.
          outcome = this.step(victim);
          return outcome !== 'blocked' || freedCount(agent, short) !== freed;
        }
        found = attempt();
        return found !== undefined || this.#victimOfOthers() !== 0;
      };
      const patience = victim === 0 ? now() + data.patienceMs : Number.POSITIVE_INFINITY;
      if (outcome === 'blocked') this.#sleep(look, Math.min(this.deadline, patience));
      if (victim !== 0 && outcome !== 'die') this.leave(victim);
      if (outcome === 'die') this.doom();
      if (found !== undefined) return found;
      if (now() >= this.deadline) this.refuseTime();
      if (victim !== 0 || freedCount(agent, short) !== freed) continue;
      found = attempt();
      if (found !== undefined) return found;
      if (this.#victimOfOthers() !== 0) continue;
      if (this.contendedVictim() !== 0) refuseSelf();
      this.places.refuseMemory(parts, sizeBytes);
    }
  }

  /** As `contendedVictim`; 0 also if it is this very thread that would have to give the lock back. */
  #victimOfOthers(): number {
    const victim = this.contendedVictim();
    return victim !== 0 && isSelfDeadlock(this.core.agent, victim, this.set.ticket) ? 0 : victim;
  }

  #sleep(poll: () => boolean, deadline: number): boolean {
    return sleepUntil(this.core.agent, poll, deadline);
  }
}

/** Outcomes: throws EDEADLK. */
export function refuseSelf(): never {
  fail('EDEADLK', 'Blocking for this lock could wait for this very thread, which has other transactions open.', {
    cycle: ['this thread', 'the lock', 'this thread'],
  });
}
