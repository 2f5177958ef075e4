/**
 * Error numbers as Linux names them, and how a call of the facade answers.
 *
 * Inside the facade a refused call throws an `Errno`; `answer` turns it, and every failure of the library underneath that
 * is an outcome of the call, into a negative `rc` with its name. Not here: which call refuses what.
 */
import { FencelineError } from '../index.ts';

const numbers = {
  EPERM: 1,
  ENOENT: 2,
  EINTR: 4,
  EIO: 5,
  EBADF: 9,
  EAGAIN: 11,
  ENOMEM: 12,
  EBUSY: 16,
  ENODEV: 19,
  EINVAL: 22,
  ENOTTY: 25,
  ENOSPC: 28,
  EDEADLK: 35,
  ETIME: 62,
  ETIMEDOUT: 110,
  EALREADY: 114,
  ECANCELED: 125,
  EOWNERDEAD: 130,
} as const;

/** The errors that a call of the facade may answer. */
export type ErrnoName = keyof typeof numbers;

/** What every call answers: rc >= 0, or -errno with its name. */
export interface Answer {
  readonly rc: number;
  readonly err?: ErrnoName;
}

/** A call that was refused. Never leaves the facade: `answer` catches it. */
export class Errno extends Error {
  readonly errno: ErrnoName;

  constructor(errno: ErrnoName) {
    super(`The call is refused (${errno}).`);
    this.errno = errno;
  }
}

/** Refuses the call. Outcomes: throws. */
export function refuse(errno: ErrnoName): never {
  throw new Errno(errno);
}

/** Runs a call. Outcomes: `rc` 0 and what it returns, or its error; throws what is no outcome. */
export function answer<T extends object>(call: () => T): Answer & Partial<T> {
  try {
    return { rc: 0, ...call() };
  } catch (error) {
    return refused<T>(error);
  }
}

/** The same for a call that may sleep. */
export async function answerLater<T extends object>(call: () => Promise<T>): Promise<Answer & Partial<T>> {
  try {
    return { rc: 0, ...(await call()) };
  } catch (error) {
    return refused<T>(error);
  }
}

/** Runs a call that gives nothing. */
export function run(call: () => void): Answer {
  return answer(() => {
    call();
    return {};
  });
}

/** The same for a call that may sleep. */
export function runLater(call: () => Promise<void>): Promise<Answer> {
  return answerLater(async () => {
    await call();
    return {};
  });
}

/** A negative number with its name. */
export function negative(errno: ErrnoName): Answer {
  return { rc: -numbers[errno], err: errno };
}

/** The positive number of a name. */
export function errnoOf(name: ErrnoName): number {
  return numbers[name];
}

/** The number that a failed fence shows: the one it was given, else that of its error's code, else EIO. */
export function errnoOfFailure(error: FencelineError | undefined): number {
  if (error === undefined) return numbers.EIO;
  if (FencelineError.is(error, 'EIO')) return error.details.errno;
  return isName(error.code) ? numbers[error.code] : numbers.EIO;
}

/** The failure that shows this number. */
export function failureOfErrno(errno: number): FencelineError {
  const message = `The work failed with error number ${errno}.`;
  if (errno === numbers.ENOENT) {
    return new FencelineError('ENOENT', message, { kind: 'timeline' }) as FencelineError;
  }
  return new FencelineError('EIO', message, { errno }) as FencelineError;
}

/** None of the fields is there: all are optional. */
function refused<T extends object>(error: unknown): Answer & Partial<T> {
  if (error instanceof Errno) return negative(error.errno) as Answer & Partial<T>;
  if (error instanceof FencelineError && isName(error.code)) return negative(error.code) as Answer & Partial<T>;
  throw error;
}

function isName(name: string): name is ErrnoName {
  return Object.hasOwn(numbers, name);
}
