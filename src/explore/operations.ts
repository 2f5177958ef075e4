/**
 * The cell operations that the explorer knows: one table from the functions of `src/cells/` and the methods of `Atomics`
 * to operation codes. A new operation of the facade is one line here and one case in `operate.ts`.
 *
 * Not here: what an operation does (operate.ts), and how calls of it are found (analyse.ts).
 */

export const LOAD = 0;
export const STORE = 1;
export const ADD = 2;
export const SUB = 3;
export const AND = 4;
export const OR = 5;
export const XOR = 6;
export const EXCHANGE = 7;
/** Compare-exchange that answers whether it exchanged; the raw one answers the old value. */
export const CAS = 8;
export const COMPARE_EXCHANGE = 9;
export const NEXT_STAMP = 10;
export const NOTIFY = 11;
export const SLEEP = 12;
/** As SLEEP, but answers 'ok', 'not-equal' or 'timed-out', as Atomics.wait does. */
export const WAIT = 13;
export const SLEEP_ASYNC = 14;
export const WAIT_ASYNC = 15;
export const NOW = 16;
export const IS_THREAD_GONE = 17;
/** Blocks while a word holds a value, and needs no wake-up: a moment of a spin. */
export const PAUSE_WHILE = 18;

/** The count of a notify that gives none. */
export const EVERYBODY = -1;

/** What stands in a schedule for each code, in the order of the codes. */
export const operationNames: readonly string[] = [
  'load',
  'store',
  'add',
  'sub',
  'and',
  'or',
  'xor',
  'exchange',
  'cas',
  'compareExchange',
  'nextStamp',
  'notify',
  'sleep',
  'wait',
  'sleepAsync',
  'waitAsync',
  'now',
  'isThreadGone',
  'pauseWhile',
];

/** True for operations that only look: the memory is the same afterwards, and nobody is woken. */
export function isLook(code: number): boolean {
  return code === LOAD || code === NOW || code === IS_THREAD_GONE;
}

/** A function of the facade: either a scheduling point, or something local to the agent that the explorer stands in for. */
export type FacadeEntry = { readonly kind: 'operation'; readonly code: number } | { readonly kind: 'local' };

const operation = (code: number): FacadeEntry => ({ kind: 'operation', code });
const local: FacadeEntry = { kind: 'local' };

/** By path below `src/`, then by exported name. What a facade module exports beyond this runs as it stands. */
export const facade: Readonly<Record<string, Readonly<Record<string, FacadeEntry>>>> = {
  'cells/cell.ts': {
    load: operation(LOAD),
    store: operation(STORE),
    add: operation(ADD),
    or: operation(OR),
    and: operation(AND),
    exchange: operation(EXCHANGE),
    cas: operation(CAS),
    nextStamp: operation(NEXT_STAMP),
    loadWide: operation(LOAD),
    storeWide: operation(STORE),
    exchangeWide: operation(EXCHANGE),
    casWide: operation(CAS),
    notifyAll: operation(NOTIFY),
    sleep: operation(SLEEP),
    sleepAsync: operation(SLEEP_ASYNC),
    canSleep: local,
    pauseWhile: operation(PAUSE_WHILE),
  },
  'cells/clock.ts': {
    now: operation(NOW),
    sharedNow: operation(NOW),
    timeOrigin: local,
    startTimer: local,
    startTicker: local,
  },
  'cells/proof.ts': { isThreadGone: operation(IS_THREAD_GONE), identifyThread: local },
  'cells/random.ts': { randomId: local },
  'cells/task.ts': { queueTask: local, reportUncaught: local },
};

/** Methods of `Atomics`, for users' own code. */
export const atomics: Readonly<Record<string, number>> = {
  load: LOAD,
  store: STORE,
  add: ADD,
  sub: SUB,
  and: AND,
  or: OR,
  xor: XOR,
  exchange: EXCHANGE,
  compareExchange: COMPARE_EXCHANGE,
  notify: NOTIFY,
  wait: WAIT,
  waitAsync: WAIT_ASYNC,
};

/** One place in a source where an operation stands. */
export interface Site {
  readonly id: number;
  readonly code: number;
  /** Absolute path. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The function it stands in. */
  readonly within: string;
}
