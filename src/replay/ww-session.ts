/** One sequence of ww_mutex calls (class kw): tasks and mutexes by number; who gets what, who sleeps, who gives way. */
import type { Space } from '../index.ts';
import * as kernel from '../uapi.ts';
import type { Fields } from './trace.ts';

/** A task in a call that may sleep. */
interface Asleep {
  readonly mutex: number;
  readonly stop: AbortController;
  rc: number | undefined;
}

export class WwSession {
  readonly #space: Space;
  readonly #tasks: Map<number, kernel.WwTask> = new Map();
  readonly #mutexes: Map<number, kernel.WwMutex> = new Map();
  /** What tasks that are asleep, or were a moment ago, will answer, by task. */
  readonly #asleep: Map<number, Asleep> = new Map();
  /** Age of the context of each task that has one: the lower, the older. */
  readonly #ages: Map<number, number> = new Map();
  /** Tasks that were told to give way, where the library would have let them wait. */
  readonly #givingWay: Set<number> = new Set();
  #contexts = 0;
  #rule: kernel.WwClass = kernel.wwClass(false);

  constructor(space: Space) {
    this.#space = space;
  }

  /** Runs an operation until everything is at rest. Outcomes: what it answers; undefined if there is none of that name. */
  async run(name: string, args: readonly number[], settle: () => Promise<void>): Promise<Fields | undefined> {
    const [task = 0, mutex = 0] = args;
    const result = this.#operations[name]?.(task, mutex);
    await settle();
    if (result !== undefined) return { rc: result, ...this.#woken() };
    if (name !== 'wl' && name !== 'ws') return undefined;
    const own = this.#asleep.get(task);
    if (own?.rc !== undefined) this.#asleep.delete(task);
    return { rc: own?.rc ?? 'blocked', ...this.#woken() };
  }

  /** Tasks that are asleep still. */
  pending(): string[] {
    return [...this.#asleep.keys()].sort((a, b) => a - b).map((task) => `w${task}`);
  }

  /**
   * Whether a task sleeps that Linux would have told to give way: in wait-die, holding locks, while a task with an older
   * context waits for the same mutex.
   */
  isBehindOlderWaiter(task: number): boolean {
    const own = this.#asleep.get(task);
    const age = this.#ages.get(task);
    if (own?.rc !== undefined || own === undefined || age === undefined) return false;
    if (this.#rule !== 'wait-die' || this.#task(task).acquired.length === 0) return false;
    return [...this.#asleep].some(
      ([other, { mutex, rc }]) => rc === undefined && mutex === own.mutex && (this.#ages.get(other) ?? age) < age,
    );
  }

  /** Makes a task that is asleep give way, as Linux did: it has to give back what it holds, and may then lock again. */
  giveWay(task: number): void {
    this.#asleep.get(task)?.stop.abort(new Error('It gives way.'));
    this.#asleep.delete(task);
    this.#givingWay.add(task);
  }

  readonly #operations: Readonly<Record<string, (task: number, mutex: number) => number | undefined>> = {
    wclass: (isWaitDie) => {
      this.#rule = kernel.wwClass(isWaitDie !== 0);
      return 0;
    },
    wi: (task) => {
      this.#task(task).acquireInit(this.#rule, `context ${task}`);
      this.#ages.set(task, this.#contexts++);
      return 0;
    },
    wd: (task) => {
      this.#task(task).acquireDone();
      return 0;
    },
    wf: (task) => {
      this.#task(task).acquireFini();
      this.#ages.delete(task);
      return 0;
    },
    wl: (task, mutex) => this.#begin(task, mutex, 'lockInterruptible'),
    ws: (task, mutex) =>
      this.#begin(task, mutex, this.#givingWay.has(task) ? 'lockInterruptible' : 'lockSlowInterruptible'),
    wt: (task, mutex) => this.#task(task).trylock(this.#mutex(mutex)),
    wu: (task, mutex) => {
      this.#task(task).unlock(this.#mutex(mutex));
      return 0;
    },
  };

  #begin(task: number, mutex: number, call: 'lockInterruptible' | 'lockSlowInterruptible'): undefined {
    const asleep: Asleep = { mutex, stop: new AbortController(), rc: undefined };
    this.#asleep.set(task, asleep);
    this.#givingWay.delete(task);
    const answer = this.#task(task)[call](this.#mutex(mutex), asleep.stop.signal);
    const note = (rc: number): void => {
      asleep.rc = rc;
    };
    // Whoever is asleep when the sequence ends is woken by the end of the space, and answers nobody.
    answer.then(note, () => {});
  }

  /** Tasks that an operation woke: those that were asleep before it. */
  #woken(): Fields {
    const woken: string[] = [];
    for (const [task, { rc }] of this.#asleep) {
      if (rc === undefined) continue;
      woken.push(`w${task}:${rc}`);
      this.#asleep.delete(task);
    }
    return woken.length === 0 ? {} : { ev: woken.sort() };
  }

  #task(number: number): kernel.WwTask {
    let task = this.#tasks.get(number);
    if (task === undefined) {
      task = new kernel.WwTask(this.#space, `task ${number}`);
      this.#tasks.set(number, task);
    }
    return task;
  }

  #mutex(number: number): kernel.WwMutex {
    let mutex = this.#mutexes.get(number);
    if (mutex === undefined) {
      mutex = kernel.initWwMutex(this.#space, this.#rule, `mutex ${number}`);
      this.#mutexes.set(number, mutex);
    }
    return mutex;
  }
}
