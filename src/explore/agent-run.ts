/**
 * One agent of an execution: where it stands, what it is about to do, and what waits in its event loop.
 *
 * Not here: what its operations do (operate.ts), who goes next (the strategies).
 */
import { foldHigh, foldLow } from './fingerprint.ts';

/** Words as the explorer sees them: any integer typed array, most often an Int32Array. */
export type Cells = Int32Array;

/** The operation that an agent will execute when it is chosen next. One record per agent, overwritten in place. */
export interface Pending {
  site: number;
  words: Cells;
  index: number;
  a: number;
  b: unknown;
}

/** A function of the explored code, suspended between two operations. */
export type Steps = Generator<Pending, unknown, unknown>;

export type Task = () => unknown;

export interface TimerEntry {
  readonly due: number;
  readonly run: Task;
}

/** About to execute `pending`. */
export const READY = 0;
/** Asleep on a word. */
export const PARKED = 1;
/** In its event loop, with nothing to run now. */
export const IDLE = 2;
export const DEAD = 3;
/** The agent of `afterDeath`, before anybody died. */
export const UNBORN = 4;

/** The pending site of an agent that has not begun. */
export const START_SITE = -1;

const noCells: Cells = new Int32Array(0);

export class AgentRun {
  readonly index: number;
  readonly name: string;
  readonly pending: Pending = { site: START_SITE, words: noCells, index: 0, a: 0, b: undefined };
  status: number = IDLE;
  steps: Steps | undefined = undefined;
  main: Task | undefined = undefined;
  isMainDone: boolean = false;
  result: unknown = undefined;
  /** Operations executed so far. */
  operations: number = 0;
  microtasks: Task[] = [];
  tasks: Task[] = [];
  timers: TimerEntry[] = [];
  /** When the sleep it is in ends by itself; Infinity for never. */
  deadline: number = Infinity;
  expiries: number = 0;
  buffersMade: number = 0;
  waitersMade: number = 0;
  /** Fingerprint of all that its operations gave, in order: with a deterministic program, of its whole local state. */
  low: number = 0;
  high: number = 0;
  /** How many of them are in that fingerprint. */
  remembered: number = 0;
  /** Fingerprint of what was put into its event loop, in order. */
  queuedLow: number = 0;
  queuedHigh: number = 0;
  /** Spin detection: an operation met before since memory changed last, and how often it was met again. */
  spinVersion: number = -1;
  spinKey: number = 0;
  spinSteps: number = 0;
  spinRounds: number = 0;

  constructor(index: number, name: string) {
    this.index = index;
    this.name = name;
  }

  reset(): void {
    this.status = IDLE;
    this.steps = undefined;
    this.main = undefined;
    this.isMainDone = false;
    this.result = undefined;
    this.operations = 0;
    if (this.microtasks.length > 0) this.microtasks = [];
    if (this.tasks.length > 0) this.tasks = [];
    if (this.timers.length > 0) this.timers = [];
    this.deadline = Infinity;
    this.expiries = 0;
    this.buffersMade = 0;
    this.waitersMade = 0;
    this.low = 0;
    this.high = 0;
    this.remembered = 0;
    this.queuedLow = 0;
    this.queuedHigh = 0;
    this.spinVersion = -1;
    this.spinSteps = 0;
    this.spinRounds = 0;
    this.pending.site = START_SITE;
  }

  remember(bits: number): void {
    this.remembered++;
    this.low = foldLow(this.low, bits);
    this.high = foldHigh(this.high, bits);
  }

  noteQueued(bits: number): void {
    this.queuedLow = foldLow(this.queuedLow, bits);
    this.queuedHigh = foldHigh(this.queuedHigh, bits);
  }

  /**
   * Called after each operation. True once the agent went round `roundsMax` times since anybody changed memory: the same
   * operation on the same word came back so often, whatever loop it stands in. The anchor moves at powers of two, so that
   * a loop is noticed even if the first operation after the change lay before it.
   */
  isSpinning(version: number, roundsMax: number): boolean {
    const key = Math.imul(this.pending.site + 1, 0x9e3779b1) ^ this.pending.index;
    if (version !== this.spinVersion) {
      this.spinVersion = version;
      this.spinKey = key;
      this.spinSteps = 1;
      this.spinRounds = 0;
      return false;
    }
    this.spinSteps++;
    if (key === this.spinKey) return ++this.spinRounds > roundsMax;
    if ((this.spinSteps & (this.spinSteps - 1)) === 0 && this.spinRounds === 0) this.spinKey = key;
    return false;
  }
}
