/**
 * One worker of a pool as its pool sees it: a thread, the seat kept for it, its answers, and how its end is heard of.
 *
 * Node tells when a thread has stopped. In the web three things do instead: the worker's seat is free once it left in
 * good order, its beacon goes out once it was ended in the middle of something (cells/beacon.ts), and a seat that it
 * never took can be taken back. Not here: what a pool does about an end (workers.ts), and the worker's side (worker.ts).
 */
import type { FencelineError } from './base/errors.ts';
import type { Seat } from './cells/agent.ts';
import { askToQuit, declareStopped, isPresent, isStopProvable, withdrawSeat } from './cells/agent.ts';
import { whenBeaconOut } from './cells/beacon.ts';
import type { Timer } from './cells/clock.ts';
import { startTimer } from './cells/clock.ts';
import { ring } from './cells/doorbell.ts';
import { addWaiter, nextWaiterOrder } from './cells/pump.ts';
import type { Thread } from './cells/thread.ts';
import type { Core } from './core.ts';
import type { Signature } from './device/kernel.ts';
import { checkSignature } from './device/kernel.ts';
import { noAnswer, toLoadError } from './load-error.ts';
import type { WorkerAnswer, WorkerOrder } from './worker.ts';

/** What the pool says about a worker that it starts. */
export interface MemberOptions {
  readonly thread: Thread;
  readonly seat: Seat;
  readonly pool: number;
  /** Which worker of the pool it is. */
  readonly number: number;
  /** Module with the kernels; undefined if the worker's own module serves them. */
  readonly module: string | undefined;
  /** The thread stopped, or left; what it left is repaired. Called once, before `answer` rejects and `stopped` resolves. */
  readonly onEnd: (member: Member, lastError: unknown) => void;
  /** Whether the pool is closing: then the process stays alive for the thread's end. */
  readonly isClosing: () => boolean;
}

const answerMs = 30_000;
/** How long a thread that was told to stop may take, before it is taken for one that cannot be stopped. */
const stopMs = 2000;
/** Chromium lets an ended worker run on for 2 s, and its beacon goes out after them. */
const webStopMs = 5000;

export class Member {
  readonly seat: Seat;
  readonly number: number;
  /** What the worker serves; rejects with why it cannot. */
  readonly answer: Promise<readonly Signature[]>;
  isReady = false;
  readonly #core: Core;
  readonly #thread: Thread;
  readonly #options: MemberOptions;
  /** Resolves when the thread is proven to have stopped, or was told to and nothing will tell. */
  readonly #stopped: Promise<void>;
  #onStopped: () => void = () => {};
  #answered: (signatures: readonly Signature[]) => void = () => {};
  #refused: (error: FencelineError) => void = () => {};
  readonly #patience: Timer;
  #lastError: unknown;
  /** Its beacon is lit: being granted it proves that the thread stopped. */
  #isLit = false;
  #isOver = false;

  constructor(core: Core, options: MemberOptions) {
    const { thread, seat, number } = options;
    this.#core = core;
    this.#options = options;
    this.#thread = thread;
    this.seat = seat;
    this.number = number;
    this.answer = new Promise((resolve, reject) => {
      this.#answered = resolve;
      this.#refused = reject;
    });
    this.#stopped = new Promise((resolve) => {
      this.#onStopped = resolve;
    });
    this.#patience = startTimer(answerMs, () => this.#refuse(noAnswer(answerMs)));
  }

  /** Tells the worker what to do, and listens. */
  start(): void {
    const thread = this.#thread;
    thread.onError((error) => {
      this.#lastError = error;
      // Where no end follows the error, a script that did not load would never be heard of again.
      if (!thread.tellsExit && !this.isReady) this.#refuse(toLoadError(error));
    });
    thread.onMessage((message) => {
      if (isAnswer(message)) this.#hear(message);
    });
    if (thread.tellsExit) thread.onExit(() => this.#end());
    else this.#watchSeat();
    thread.post(this.#order());
  }

  /** Asks it to leave; one that has not come yet never will. */
  askToLeave(): void {
    if (this.#withdraw()) return;
    this.#thread.keepAlive(true);
    askToQuit(this.#core.agent, this.seat.index);
    ring(this.#core.agent, this.seat.index, -1);
  }

  /** Ends the thread, in the middle of whatever it does. */
  terminate(): void {
    this.#thread.terminate();
    const isHeard = this.#thread.tellsExit || this.#isLit || isStopProvable(this.#core.agent, this.seat.index);
    // Nobody waits for what nothing will tell; its seat stays taken.
    if (!isHeard) this.#onStopped();
  }

  /**
   * One that is in the middle of a kernel is given a moment to see `cancelled`, then its thread is ended. Outcomes: false
   * if it is not proven to have stopped even then: who waits for what it is at is told so, and may not wait for ever.
   */
  async whenLeft(graceMs: number): Promise<boolean> {
    const { index, incarnation } = this.seat;
    const terminating = startTimer(graceMs, () => this.terminate());
    let givingUp: Timer | undefined;
    const isGivenUp = new Promise<void>((resolve) => {
      givingUp = startTimer(graceMs + (this.#thread.tellsExit ? stopMs : webStopMs), resolve);
    });
    await Promise.race([this.#stopped, isGivenUp]);
    terminating.stop();
    givingUp?.stop();
    if (!isPresent(this.#core.agent, index, incarnation)) return true;
    this.#thread.keepAlive(false);
    return false;
  }

  #hear(answer: WorkerAnswer): void {
    if (answer.fenceline === 'listening') this.#thread.post(this.#order());
    else if (answer.fenceline === 'lit') this.#watchBeacon();
    else if (answer.fenceline === 'failed') this.#refuse(toLoadError(answer.error));
    else {
      this.#patience.stop();
      this.isReady = true;
      // An idle pool lets the process exit; whoever waits for a job keeps it alive.
      if (!this.#options.isClosing()) this.#thread.keepAlive(false);
      this.#answered(answer.signatures.map(checkSignature));
    }
  }

  #refuse(error: FencelineError): void {
    this.#patience.stop();
    this.#refused(error);
    // It may hang in what it was to load, or have left things running: a refused thread is of no use to anybody.
    if (!this.#withdraw()) this.terminate();
  }

  #order(): WorkerOrder {
    const { seat, pool, number: worker, module } = this.#options;
    const needsBeacon = !this.#thread.tellsExit;
    return { fenceline: 'work', space: this.#core.data, seat, pool, worker, module, needsBeacon };
  }

  #watchSeat(): void {
    const { agent } = this.#core;
    addWaiter(agent, {
      order: nextWaiterOrder(),
      hint: -1,
      poll: () => !isPresent(agent, this.seat.index, this.seat.incarnation),
      run: () => {
        this.#thread.terminate();
        this.#end();
      },
    });
  }

  #watchBeacon(): void {
    this.#isLit = true;
    whenBeaconOut({ space: this.#core.data.id, ...this.seat }, () => this.#end());
  }

  /** Takes back the seat of a thread that did not come yet. Outcomes: false if it came, or if Node will tell of its end. */
  #withdraw(): boolean {
    if (this.#thread.tellsExit || !withdrawSeat(this.#core.agent, this.seat)) return false;
    this.#thread.terminate();
    this.#end();
    return true;
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#patience.stop();
    if (!this.#core.isClosed) declareStopped(this.#core.agent, this.seat.index, this.seat.incarnation);
    this.#options.onEnd(this, this.#lastError);
    this.#refused(toLoadError(this.#lastError ?? new Error('The worker stopped before it was ready.')));
    this.#onStopped();
  }
}

function isAnswer(message: unknown): message is WorkerAnswer {
  const kind = (message as Partial<WorkerAnswer> | null)?.fenceline;
  return kind === 'listening' || kind === 'lit' || kind === 'ready' || kind === 'failed';
}
