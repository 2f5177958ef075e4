// What bad input and failed work get: one class, literal codes, details typed by the code.
// It is not for promises broken inside the library: those are AssertionFailed (assert.ts) and are never caught.
//
// Grammar of a message: a full sentence in the present tense, the value in parentheses after its noun, the limit beside what was
// given, objects by kind, label and id; then "- While ..." lines, innermost first; a "Hint:" only if it can be acted on.

/** What each code carries. The keys of this map are the closed list of codes. */
export interface Details {
  /**
   * Out of memory: everything evictable was evicted, it does not fit, and nobody freed anything for `patienceMs`. `client`: it is
   * the budget of that client that has no room.
   */
  ENOMEM: {
    askedBytes: number;
    heap: string;
    pinned: readonly { label: string; bytes: number; by: string }[];
    client?: string;
  };
  /** An argument, a handle or a call that can never be right; nothing was changed. `argument` names it, with its path. */
  EINVAL: { argument: string };
  /** Waiting here can never end, because what is waited for waits for us. `cycle` names the parties, first one last again. */
  EDEADLK: { cycle: readonly string[] };
  /**
   * A wait was given up after `waitedMs`, and what was waited for goes on; or an operation was, before its turn had come;
   * or a kernel ran longer than it may: then `waitedMs` is how long that is.
   */
  ETIME: { waitedMs: number; fence: string };
  /** The work was cancelled, by `cancel()`, by its signal, or by closing what ran it. */
  ECANCELED: Readonly<Record<string, never>>;
  /** The agent that owed this was stopped before it was done. `agent` names it, by its number; 'unknown' if it is not known. */
  EOWNERDEAD: { agent: string };
  /** The thing named (a handle's target, a kernel, a heap) does not exist, or no longer does. */
  ENOENT: { kind: string };
  /** A bounded table is full. `limit` is the limit's name and `value` what it stands at. */
  ENOSPC: { limit: string; value: number };
  /** It is in use, and this operation does not wait. `by` names who uses it. */
  EBUSY: { by: string };
  /** This ticket holds the lock already. */
  EALREADY: { lock: string };
  /** The device is not here, was lost, or belongs to another agent. */
  ENODEV: { device: string };
  /** Foreign work failed with an errno (1 to 4095) that has no code of its own here. */
  EIO: { errno: number };
  /** The outcome of this fence is no longer known: its timeline was closed and reused. Never reported as success. */
  EUNKNOWN: { fence: string };
  /** The kernel threw; `cause` is what it threw. */
  EKERNEL: { job: string; kernel: string; worker: number };
  /** The job did not run, because what should have made one of its inputs failed; `cause` is that failure. */
  EINPUT: { job: string; input: string };
}

export type Code = keyof Details;

/**
 * The error of every documented failure of Fenceline.
 *
 * Tell it apart with `FencelineError.is`, never with `instanceof`: two copies of the package may meet in one realm, and errors
 * arrive from other threads.
 */
export class FencelineError<C extends Code = Code> extends Error {
  readonly code: C;
  readonly details: Details[C];

  /**
   * @param message A full sentence with the value given and the limit.
   * @param cause The failure behind this one; the chain leads to the first one.
   */
  constructor(code: C, message: string, details: Details[C], cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.details = details;
    Object.defineProperty(this, brand, { value: true });
  }

  static {
    // On the prototype, because the stack is captured before own fields exist and would else begin with "Error:".
    Object.defineProperty(FencelineError.prototype, 'name', {
      value: 'FencelineError',
      configurable: true,
      writable: true,
    });
  }

  /** Says whether `error` is a FencelineError of this code, whichever copy of the package made it. Never throws. */
  static is<C extends Code>(error: unknown, code: C): error is FencelineError<C> {
    return isFencelineError(error) && error.code === code;
  }
}

/** Says whether `error` is a FencelineError of any code, whichever copy of the package made it. Never throws. */
export function isFencelineError(error: unknown): error is FencelineError {
  return typeof error === 'object' && error !== null && (error as { readonly [brand]?: unknown })[brand] === true;
}

/** Throws a FencelineError; nothing may have been changed before it is called. Outcomes: throws. */
export function fail<C extends Code>(code: C, message: string, details: Details[C], cause?: unknown): never {
  throw new FencelineError(code, message, details, cause);
}

/** The number that stands for a code in shared memory: Linux's errno where there is one, above 5000 where there is none. */
export function codeNumber(code: Code): number {
  return numbers[code];
}

/** The number that stands for an error in shared memory: its code's, or the errno that it carries. */
export function errorNumber(error: FencelineError): number {
  if (!FencelineError.is(error, 'EIO')) return numbers[error.code];
  const { errno } = error.details;
  return isErrno(errno) ? errno : numbers.EIO;
}

/** The code behind a number read from shared memory: EIO for an errno without a code, undefined for what is no errno. */
export function codeFromNumber(number: number): Code | undefined {
  return codes.get(number) ?? (isErrno(number) ? 'EIO' : undefined);
}

/** Whether a number may be one of Linux's. */
function isErrno(number: number): boolean {
  return Number.isInteger(number) && number >= 1 && number <= errnoMax;
}

const errnoMax = 4095;

const brand: unique symbol = Symbol.for('fenceline.error');

const numbers: { readonly [C in Code]: number } = {
  ENOENT: 2,
  EIO: 5,
  ENOMEM: 12,
  EBUSY: 16,
  ENODEV: 19,
  EINVAL: 22,
  ENOSPC: 28,
  EDEADLK: 35,
  ETIME: 62,
  EALREADY: 114,
  ECANCELED: 125,
  EOWNERDEAD: 130,
  EKERNEL: 5001,
  EINPUT: 5002,
  EUNKNOWN: 5003,
};

const codes: ReadonlyMap<number, Code> = new Map(
  Object.entries(numbers).map(([code, number]): [number, Code] => [number, code as Code]),
);
