/** The waits of a replay that are asleep: started by an operation, ended by a later one, or cancelled. */
import { type Fields, thrown } from './trace.ts';

interface Sleeper {
  readonly name: string;
  readonly controller: AbortController;
  result: Fields | undefined;
  isReported: boolean;
}

export class Sleepers {
  readonly #all: Sleeper[] = [];

  /** Starts a wait under a name. */
  start(name: string, wait: (signal: AbortSignal) => Promise<Fields>): void {
    const sleeper: Sleeper = { name, controller: new AbortController(), result: undefined, isReported: false };
    this.#all.push(sleeper);
    const end = (result: Fields): void => {
      sleeper.result = result;
    };
    wait(sleeper.controller.signal).then(end, (error: unknown) => end(thrown(error)));
  }

  /** Interrupts the last wait of that name. Outcomes: whether it was still asleep; undefined if there is none. */
  cancel(name: string): boolean | undefined {
    const sleeper = this.#all.findLast((one) => one.name === name);
    if (sleeper === undefined) return undefined;
    if (sleeper.result !== undefined) return false;
    sleeper.controller.abort(new Error('The trace cancels this wait.'));
    return true;
  }

  /** Interrupts whatever is still asleep. */
  cancelAll(): void {
    for (const { name, result } of this.#all) if (result === undefined) this.cancel(name);
  }

  get hasPending(): boolean {
    return this.#all.some(({ result }) => result === undefined);
  }

  /** What has ended since the last time, in the order in which they were started. */
  harvest(): Fields[] {
    const ended: Fields[] = [];
    for (const sleeper of this.#all) {
      if (sleeper.result === undefined || sleeper.isReported) continue;
      sleeper.isReported = true;
      ended.push({ w: sleeper.name, ...sleeper.result });
    }
    return ended;
  }

  /** Those that are still asleep. */
  pending(): string[] {
    return this.#all.filter(({ result }) => result === undefined).map(({ name }) => name);
  }
}
