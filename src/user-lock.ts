/**
 * ww locks of one's own: taken in transactions beside buffers, or under a ticket (Linux: ww_mutex).
 *
 * Not here: taking them (transaction.ts, user-ticket.ts). Source: include/linux/ww_mutex.h. Here a lock outlives whoever
 * made it, and is told apart after its holder died (`isSuspect`), as a robust mutex is.
 */
import { disposeKey } from './base/dispose.ts';
import { FencelineError, fail } from './base/errors.ts';
import type { Core } from './core.ts';
import type { Handle } from './handle.ts';
import { createLock, dropLock, holdLock, type LockId, userLockAt } from './lock/lock-table.ts';
import type { Rule } from './lock/ticket.ts';
import { classWord } from './lock/validator.ts';
import { clearSuspect, holderOf, isSuspect } from './lock/ww-lock.ts';
import { indexOf, registerKind } from './open.ts';
import { countHold, releaseHold } from './sync-holds.ts';

/**
 * How two tickets that want each other's locks settle it. wait-die: the younger gives back all and waits. wound-wait: the
 * older makes the younger do so, at the younger's next wait. Buffers are wait-die.
 */
export type LockRule = Exclude<Rule, 'plain'>;

export interface WwLockOptions {
  /** Default: wait-die. */
  rule?: LockRule;
  /** What the validator calls it: locks of one class follow one order. Default: the label. */
  class?: string;
  /** Tells locks of one class apart whose order is fixed, as parent and child: 0 (the default) to 7. */
  subclass?: number;
}

const subclassMax = 7;

export interface WwLock extends Disposable {
  readonly label: string;
  readonly rule: LockRule;
  /** Whether some ticket holds it now. Looks, never waits. */
  readonly isLocked: boolean;
  /** The thread of a former holder died with it: look after what it protects, then `recover`. */
  readonly isSuspect: boolean;
  /** What the lock protects is in order again. For whoever holds it. */
  recover(): void;
  readonly handle: Handle<WwLock>;
  dispose(): void;
}

/** A lock that is free. Outcomes: the lock; EINVAL, ENOSPC. */
export function makeLock(core: Core, label: string, options: WwLockOptions): WwLock {
  const rule = checkRule(options.rule);
  const id = createLock(core.agent, rule, classWord(core.agent, classNameOf(label, options)));
  return new OwnLock(core, label, id, rule);
}

/** Outcomes: the name of its class for the validator; EINVAL. */
function classNameOf(label: string, { class: name = label, subclass = 0 }: WwLockOptions): string {
  if (!Number.isInteger(subclass) || subclass < 0 || subclass > subclassMax) {
    const sentence = `The subclass (${subclass}) of lock '${label}' is not a whole number from 0 to ${subclassMax}.`;
    fail('EINVAL', sentence, { argument: 'subclass' });
  }
  return subclass === 0 ? name : `${name}/${subclass}`;
}

/** Outcomes: the rule, wait-die by default; or EINVAL. */
export function checkRule(rule: LockRule | undefined): LockRule {
  if (rule === undefined || rule === 'wait-die' || rule === 'wound-wait') return rule ?? 'wait-die';
  return fail('EINVAL', `The rule (${String(rule)}) is neither 'wait-die' nor 'wound-wait'.`, { argument: 'rule' });
}

/** The lock as the library knows it. */
export interface UserLock extends WwLock {
  readonly core: Core;
  /** Where the lock is. */
  readonly address: number;
  /** Outcomes: EINVAL once disposed of. */
  check(): void;
  /** Whoever holds the lock, or waits for it, keeps it from being freed. */
  retain(): void;
  release(): void;
}

class OwnLock implements UserLock {
  readonly label: string;
  readonly rule: LockRule;
  readonly core: Core;
  readonly address: number;
  readonly #id: LockId;
  #isDisposed = false;

  constructor(core: Core, label: string, id: LockId, rule: LockRule) {
    this.core = core;
    this.label = label;
    this.rule = rule;
    this.#id = id;
    this.address = userLockAt(core.agent, id.lock);
    this.retain();
  }

  get isLocked(): boolean {
    this.check();
    return holderOf(this.core.agent, this.address) >= 0;
  }

  get isSuspect(): boolean {
    this.check();
    return isSuspect(this.core.agent, this.address);
  }

  recover(): void {
    this.check();
    clearSuspect(this.core.agent, this.address);
  }

  get handle(): Handle<WwLock> {
    return { kind: 'fenceline.lock', space: this.core.data.id, ...this.#id, label: this.label } as Handle<WwLock>;
  }

  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    this.release();
  }

  [disposeKey](): void {
    this.dispose();
  }

  check(): void {
    if (this.#isDisposed || this.core.isClosed) {
      fail('EINVAL', `Lock '${this.label}' is disposed.`, { argument: 'lock' });
    }
  }

  retain(): void {
    countHold(this.core, this.#name());
  }

  release(): void {
    if (releaseHold(this.core, this.#name())) dropLock(this.core.agent, this.#id.lock);
  }

  #name(): string {
    return `lock ${this.#id.lock}`;
  }
}

/** Whether something that may be locked is one of these. */
export function isUserLock(lock: object): lock is UserLock {
  return lock instanceof OwnLock;
}

/** Outcomes: the lock as the library knows it; EINVAL if it is none, of another space, or disposed of. */
export function userLockOf(lock: WwLock, core: Core): UserLock {
  if (!isUserLock(lock)) fail('EINVAL', 'The lock is not one of wwLock().', { argument: 'lock' });
  if (lock.core !== core) fail('EINVAL', `Lock '${lock.label}' is of another space.`, { argument: 'lock' });
  lock.check();
  return lock;
}

registerKind('fenceline.lock', (core, fields) => {
  const lock = indexOf(fields.lock, core.agent.layout.limits.locks, 'lock');
  const generation = indexOf(fields.generation, 2 ** 22, 'generation');
  const rule = holdLock(core.agent, { lock, generation });
  if (rule === undefined) throw new FencelineError('ENOENT', 'The lock of this handle is gone.', { kind: 'lock' });
  return new OwnLock(core, String(fields.label), { lock, generation }, rule);
});
