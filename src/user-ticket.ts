/**
 * Tickets by hand, for locks of one's own (Linux: ww_acquire_ctx). Prefer `space.transaction`, which retries by itself.
 *
 * Opened, locks taken, perhaps `done`, all given back, disposed of. EDEADLK means: give back everything, take the lock
 * that was contended with `lockSlow`, and begin again; the ticket keeps its age, so the oldest always gets through.
 * Misuse that Linux only warns of is EINVAL here, and changes nothing.
 * Source: kernel/locking/ww_mutex.h, ww_mutex_lock, ww_mutex_lock_slow, ww_acquire_done, ww_acquire_fini.
 */
import { disposeKey } from './base/dispose.ts';
import { FencelineError, fail } from './base/errors.ts';
import { TRACE_ACQUIRED, TRACE_RELEASED, trace } from './cells/trace.ts';
import { contentionOf } from './contention.ts';
import type { Core } from './core.ts';
import { type Injection, injectionOf, isInjected } from './lock/injection.ts';
import { acquireSync, isSelfDeadlock } from './lock/lock-wait.ts';
import { agentOfTicket, closeTicket, openTicket, type Ticket as Stamped } from './lock/ticket.ts';
import { beforeLock, noteGivenBack, noteHeld } from './lock/validator.ts';
import { type Acquisition, acquireStep, holderOf, leaveLock, releaseLock, tryAcquire } from './lock/ww-lock.ts';
import { coreOf, type Space } from './space.ts';
import { checkRule, type LockRule, type UserLock, userLockOf, type WwLock } from './user-lock.ts';
import { deadlineOf, refuseLate, type WaitOptions, whenTrue } from './waiting.ts';

export interface TicketOptions {
  /** Only locks of this rule may be taken. 'plain': locks of any rule; without an age, in order of arrival, never EDEADLK. */
  rule?: LockRule | 'plain';
  label?: string;
}

export interface Ticket extends Disposable {
  readonly label: string;
  readonly rule: LockRule | 'plain';
  /** Locks held, in order of acquisition. */
  readonly held: readonly WwLock[];
  /**
   * Waits for the lock. Outcomes: it is held; EALREADY (this ticket holds it); EDEADLK (it has to give way: see above);
   * ETIME; the signal's reason. Whatever is not 'held' changes nothing.
   */
  lock(lock: WwLock, options?: WaitOptions): Promise<void>;
  /** The same, blocking. Outcomes: also EDEADLK where this thread may not block, or waits for itself. */
  lockSync(lock: WwLock, options?: { timeoutMs?: number }): void;
  /** After EDEADLK, with nothing held: waits for the lock that was contended. Never EDEADLK. */
  lockSlow(lock: WwLock, options?: WaitOptions): Promise<void>;
  lockSlowSync(lock: WwLock, options?: { timeoutMs?: number }): void;
  /** Takes it if that takes no waiting. Outcomes: whether this call took it: false also if this ticket holds it already. */
  tryLock(lock: WwLock): boolean;
  unlock(lock: WwLock): void;
  unlockAll(): void;
  /** No lock is taken after this. */
  done(): void;
  /** Outcomes: EINVAL while it holds locks. */
  dispose(): void;
}

/** Opens a ticket, younger than all before it. Outcomes: the ticket; ENOSPC if this thread has 16 open. */
export function ticket(space: Space, options: TicketOptions = {}): Ticket {
  const core = coreOf(space);
  const rule = options.rule === 'plain' ? 'plain' : checkRule(options.rule);
  return new UserTicket(core, options.label ?? 'ticket', rule);
}

class UserTicket implements Ticket {
  readonly label: string;
  readonly rule: LockRule | 'plain';
  readonly #core: Core;
  readonly #ticket: Stamped;
  readonly #held: UserLock[] = [];
  readonly #injection: Injection | undefined;
  #contended: UserLock | undefined;
  #isWaiting = false;
  #isDone = false;
  #isDisposed = false;

  constructor(core: Core, label: string, rule: LockRule | 'plain') {
    this.label = label;
    this.rule = rule;
    this.#core = core;
    this.#ticket = openTicket(core.agent, rule);
    const isContended = contentionOf(core) === 'kernel' && rule !== 'plain';
    this.#injection = isContended ? injectionOf(this.#ticket.stamp) : undefined;
  }

  get held(): readonly WwLock[] {
    return [...this.#held];
  }

  async lock(lock: WwLock, options: WaitOptions = {}): Promise<void> {
    await this.#wait(this.#enter(lock), options);
  }

  lockSync(lock: WwLock, options: { timeoutMs?: number } = {}): void {
    this.#block(this.#enter(lock), options);
  }

  async lockSlow(lock: WwLock, options: WaitOptions = {}): Promise<void> {
    await this.#wait(this.#enterSlow(lock), options);
  }

  lockSlowSync(lock: WwLock, options: { timeoutMs?: number } = {}): void {
    this.#block(this.#enterSlow(lock), options);
  }

  tryLock(lock: WwLock): boolean {
    const parts = this.#enter(lock);
    const outcome = tryAcquire(this.#core.agent, parts.address, this.#ticket);
    if (outcome !== 'acquired' && outcome !== 'suspect') return false;
    this.#note(parts);
    return true;
  }

  unlock(lock: WwLock): void {
    const parts = userLockOf(lock, this.#core);
    const index = this.#held.findIndex(({ address }) => address === parts.address);
    if (index < 0) fail('EINVAL', `Lock '${parts.label}' is not held by ${this.label}.`, { argument: 'lock' });
    for (const one of this.#held.splice(index, 1)) this.#giveBack(one);
  }

  unlockAll(): void {
    for (let parts = this.#held.pop(); parts !== undefined; parts = this.#held.pop()) this.#giveBack(parts);
  }

  done(): void {
    this.#check();
    this.#isDone = true;
  }

  dispose(): void {
    if (this.#isDisposed || this.#core.isClosed) return;
    if (this.#held.length > 0 || this.#isWaiting) {
      const what = this.#isWaiting ? 'waits for a lock' : `holds ${this.#held.length} locks`;
      fail('EINVAL', `The ${this.label} ${what}. Hint: give everything back first.`, { argument: 'ticket' });
    }
    this.#isDisposed = true;
    closeTicket(this.#core.agent, this.#ticket);
  }

  [disposeKey](): void {
    this.dispose();
  }

  #check(): void {
    if (this.#core.isClosed || this.#isDisposed) {
      fail('EINVAL', `The ${this.label} is disposed.`, { argument: 'ticket' });
    }
    if (this.#isDone) fail('EINVAL', `The ${this.label} is done: it takes no more locks.`, { argument: 'ticket' });
    if (this.#isWaiting) {
      fail('EINVAL', `The ${this.label} waits for another lock already.`, { argument: 'ticket' });
    }
  }

  #enter(lock: WwLock): UserLock {
    this.#check();
    const parts = userLockOf(lock, this.#core);
    if (this.rule !== 'plain' && parts.rule !== this.rule) {
      fail('EINVAL', `Lock '${parts.label}' is ${parts.rule}, the ${this.label} is ${this.rule}.`, {
        argument: 'lock',
      });
    }
    if (this.#contended !== undefined) this.#checkRetry(this.#contended, parts);
    return parts;
  }

  #enterSlow(lock: WwLock): UserLock {
    const parts = this.#enter(lock);
    if (this.#contended !== undefined) return parts;
    return fail('EINVAL', `Lock '${parts.label}' was not contended: no EDEADLK came before this.`, {
      argument: 'lock',
    });
  }

  #checkRetry(contended: UserLock, parts: UserLock): void {
    if (this.#held.length > 0) {
      const sentence = `The ${this.label} has to give way and still holds ${this.#held.length} locks.`;
      fail('EINVAL', `${sentence} Hint: unlockAll(), then lockSlow().`, { argument: 'ticket' });
    }
    if (parts.address !== contended.address) {
      const sentence = `The ${this.label} has to take '${contended.label}' first, which was contended, not '${parts.label}'.`;
      fail('EINVAL', sentence, { argument: 'lock' });
    }
  }

  async #wait(parts: UserLock, options: WaitOptions): Promise<void> {
    const { agent } = this.#core;
    const deadline = deadlineOf(options.timeoutMs);
    options.signal?.throwIfAborted();
    const at = parts.address;
    if (agent.validator !== undefined && !this.#isHeld(at)) beforeLock(agent, at, this.#ticket, false);
    const outcome = acquireStep(agent, at, this.#ticket);
    if (outcome !== 'blocked') return this.#settle(parts, outcome, options.timeoutMs);
    this.#isWaiting = true;
    // Its last handle may be disposed of meanwhile: it stays until it is noted as held, which keeps it from then on.
    parts.retain();
    try {
      this.#settle(parts, await this.#turnAt(at, options.signal, deadline), options.timeoutMs);
    } finally {
      this.#isWaiting = false;
      parts.release();
    }
  }

  /** Waits in the event loop. Outcomes: as `acquireStep`; 'blocked' when the time is up; the signal's reason. */
  async #turnAt(at: number, signal: AbortSignal | undefined, deadline: number): Promise<Acquisition> {
    const { agent } = this.#core;
    let outcome: Acquisition = 'blocked';
    const look = (): boolean => {
      outcome = acquireStep(agent, at, this.#ticket);
      return outcome !== 'blocked';
    };
    try {
      await whenTrue(this.#core, look, signal, deadline);
      return outcome;
    } finally {
      if (outcome === 'blocked' && !this.#core.isClosed) leaveLock(agent, at, this.#ticket);
    }
  }

  #block(parts: UserLock, options: { timeoutMs?: number }): void {
    const { agent } = this.#core;
    const deadline = deadlineOf(options.timeoutMs);
    const at = parts.address;
    if (agent.validator !== undefined && !this.#isHeld(at)) beforeLock(agent, at, this.#ticket, true);
    let outcome = acquireStep(agent, at, this.#ticket);
    if (outcome === 'blocked') {
      const isOwn = isSelfDeadlock(agent, at, this.#ticket);
      if (isOwn || !this.#core.canBlock) {
        leaveLock(agent, at, this.#ticket);
        const why = isOwn
          ? 'could wait for this very thread, which has other tickets open'
          : 'cannot block this thread';
        fail('EDEADLK', `Waiting for '${parts.label}' ${why}.`, { cycle: ['this thread', parts.label, 'this thread'] });
      }
      outcome = acquireSync(agent, at, this.#ticket, deadline);
    }
    this.#settle(parts, outcome, options.timeoutMs);
  }

  #settle(parts: UserLock, outcome: Acquisition, timeoutMs: number | undefined): void {
    if (outcome === 'blocked') refuseLate(timeoutMs, `lock '${parts.label}'`);
    if (outcome === 'already') {
      throw new FencelineError('EALREADY', `The ${this.label} holds '${parts.label}' already.`, { lock: parts.label });
    }
    if (outcome === 'die') this.#refuseYounger(parts);
    this.#contended = undefined;
    if (this.#injection !== undefined && isInjected(this.#injection, this.#ticket.holding)) {
      releaseLock(this.#core.agent, parts.address, this.#ticket);
      this.#refuseYounger(parts);
    }
    this.#note(parts);
  }

  #refuseYounger(parts: UserLock): never {
    this.#contended = parts;
    const cycle = [this.label, parts.label, this.#holderOf(parts), 'a lock of this ticket', this.label];
    const sentence = `The ${this.label} has to give way to an older one for '${parts.label}'.`;
    throw new FencelineError('EDEADLK', `${sentence} Hint: unlockAll(), then lockSlow().`, { cycle });
  }

  #isHeld(address: number): boolean {
    return this.#held.some((parts) => parts.address === address);
  }

  #holderOf(parts: UserLock): string {
    const holder = holderOf(this.#core.agent, parts.address);
    return holder < 0 ? 'an older ticket' : `ticket ${holder} of agent ${agentOfTicket(holder)}`;
  }

  #note(parts: UserLock): void {
    parts.retain();
    this.#held.push(parts);
    trace(this.#core.agent, TRACE_ACQUIRED, parts.address, 0, 0, this.#ticket.id);
    if (this.#core.agent.validator !== undefined) noteHeld(this.#core.agent, parts.address, this.#ticket);
  }

  #giveBack(parts: UserLock): void {
    if (this.#core.isClosed) return;
    trace(this.#core.agent, TRACE_RELEASED, parts.address, 0, 0, this.#ticket.id);
    if (this.#core.agent.validator !== undefined) noteGivenBack(this.#core.agent, parts.address);
    releaseLock(this.#core.agent, parts.address, this.#ticket);
    parts.release();
  }
}
