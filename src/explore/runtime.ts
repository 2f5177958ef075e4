/**
 * What the transformed code calls: operations, what stands in for event loops and timers, and notes about plain writes.
 *
 * One runtime per exploration. The driver points `pending` and `agent` at whoever runs; outside agents (setup, always,
 * after) `agent` is undefined and operations take effect at once.
 */
import type { Cells, Pending, Steps, Task } from './agent-run.ts';
import { AgentRun } from './agent-run.ts';
import { NOT_DONE, operate, wordLabel } from './operate.ts';
import type { World } from './world.ts';

interface StoppableTimer {
  stop(): void;
}

const noTimer: StoppableTimer = { stop: () => {} };
const noTicker: StoppableTimer & { keepAlive(): void } = { stop: () => {}, keepAlive: () => {} };

/** A class whose instances are all generators, those of transformed functions among them: a cheap test. */
const Generators: new () => object = generatorClass();

export class Runtime {
  world: World | undefined = undefined;
  agent: AgentRun | undefined = undefined;
  pending: Pending;
  readonly Generators: new () => object = Generators;
  /** True once an agent touched shared memory by a plain access: then races matter. */
  hasPlainAccesses: boolean = false;
  readonly #outside: AgentRun = new AgentRun(30, 'outside');
  #outsideTasks: Task[] = [];

  constructor() {
    this.pending = this.#outside.pending;
  }

  /** Called by `yield`ing code: fills the record of whoever runs, so that a scheduling point allocates nothing. */
  readonly operation = (site: number, words: Cells, index: number, a: number, b: unknown): Pending => {
    const { pending } = this;
    pending.site = site;
    pending.words = words;
    pending.index = index;
    pending.a = a;
    pending.b = b;
    return pending;
  };

  /** What transformed code reaches by name: stand-ins of the facade, and notes about writes. */
  get hooks(): Record<string, unknown> {
    const { canSleep, queueTask, reportUncaught, identifyThread, startTimer, startTicker, randomId } = this;
    const { bulk, ghost, refuse } = this;
    return {
      ...{ canSleep, queueTask, reportUncaught, identifyThread, startTimer, startTicker, randomId },
      ...{ bulk, ghost, refuse },
    };
  }

  isSteps(value: unknown): value is Steps {
    return value instanceof Generators;
  }

  /** Runs a part of the scenario that nobody interleaves with, its operations included. */
  atomically<T>(part: () => T): T {
    const { world, agent, pending } = this;
    if (world === undefined) throw new Error('No world is set up yet.');
    const { isWatched } = world;
    world.isWatched = false;
    this.agent = undefined;
    this.pending = this.#outside.pending;
    try {
      const value = this.#drain(part());
      for (let task = this.#outsideTasks.shift(); task !== undefined; task = this.#outsideTasks.shift()) {
        this.#drain(task());
      }
      return value as T;
    } finally {
      world.isWatched = isWatched;
      this.agent = agent;
      this.pending = pending;
    }
  }

  #drain(value: unknown): unknown {
    if (!this.isSteps(value)) return value;
    const world = this.world as World; // checked by atomically
    let next = value.next();
    while (next.done !== true) {
      const { site } = next.value;
      const code = world.codes[site] as number;
      world.reached[site] = 1;
      const result = operate(world, this.#outside, next.value, code);
      if (result === NOT_DONE) throw new Error('A part that runs outside all agents would sleep for ever.');
      next = value.next(result);
    }
    return next.value;
  }

  // ---- stand-ins for functions of the facade that are no scheduling points; named as there ----

  readonly canSleep = (): boolean => true;

  readonly queueTask = (fn: Task): void => {
    if (this.agent === undefined) this.#outsideTasks.push(fn);
    else this.agent.microtasks.push(fn);
  };

  readonly reportUncaught = (error: unknown): void => {
    this.world?.fail('assertion', `An uncaught error is reported: ${String(error)}`);
  };

  readonly identifyThread = (): { proof: number; thread: number; started: number } =>
    this.agent === undefined
      ? { proof: 0, thread: 0, started: 0 }
      : { proof: 1, thread: this.agent.index + 1, started: 1 };

  readonly startTimer = (delayMs: number, run: Task): StoppableTimer => {
    const { agent, world } = this;
    if (agent === undefined || world === undefined || !world.settings.exploresTimeouts) return noTimer;
    const entry = { due: world.clock + delayMs, run };
    agent.timers.push(entry);
    return {
      stop: () => {
        const at = agent.timers.indexOf(entry);
        if (at >= 0) agent.timers.splice(at, 1);
      },
    };
  };

  /** What happens now and then decides nothing: it never ticks. */
  readonly startTicker = (): StoppableTimer & { keepAlive(): void } => noTicker;

  /** Different for whoever asks, and the same in every execution that brings an agent here. */
  readonly randomId = (): number =>
    this.agent === undefined ? 1 : (this.agent.index + 2) * 2 ** 20 + this.agent.operations;

  /** Called in place of an async function that reaches a cell. */
  readonly refuse = (sentence: string): Promise<never> => {
    this.world?.fail('assertion', sentence);
    return new Promise(() => {});
  };

  // ---- plain accesses ----

  /** `target[key] = value`, noted if it is shared memory. */
  readonly put = (site: number, target: Cells, key: number, value: number): number => {
    const { agent, world } = this;
    if (agent === undefined || world === undefined || !isSharedArray(target)) {
      target[key] = value;
      return value;
    }
    this.hasPlainAccesses = true;
    world.races?.plain(agent, target, key, site, true);
    if (world.rows !== undefined) this.#row(site, agent, target, key, `plain write ${value}`);
    const before = target[key];
    target[key] = value;
    if (target[key] !== before) world.changed(target, key, before, target[key]);
    return value;
  };

  /** `target[key]`, noted if it is shared memory. */
  readonly get = (site: number, target: Cells, key: number): unknown => {
    const { agent, world } = this;
    if (agent !== undefined && world !== undefined && isSharedArray(target)) {
      this.hasPlainAccesses = true;
      world.races?.plain(agent, target, key, site, false);
      if (world.rows !== undefined) this.#row(site, agent, target, key, 'plain read');
    }
    return target[key];
  };

  /** `target.method(...args)` where the method writes many elements of an array, and perhaps reads those of another. */
  readonly bulk = (site: number, target: Cells, method: string, ...args: unknown[]): unknown => {
    const { agent, world } = this;
    const call = (target as unknown as Record<string, (...args: unknown[]) => unknown>)[method];
    if (call === undefined) throw new TypeError(`${method} is not a function.`);
    if (agent === undefined || world === undefined) return call.apply(target, args);
    const [source] = args;
    if (isSharedArray(source)) {
      this.hasPlainAccesses = true;
      for (let i = 0; i < source.length; i++) world.races?.plain(agent, source, i, site, false);
    }
    if (!isSharedArray(target)) return call.apply(target, args);
    this.hasPlainAccesses = true;
    const [from, to] = writtenBy(method, args, target.length);
    const before = target.slice(from, to);
    const result = call.apply(target, args);
    if (world.rows !== undefined) this.#row(site, agent, target, from, `plain ${method}, ${to - from} elements`);
    for (let i = from; i < to; i++) {
      world.races?.plain(agent, target, i, site, true);
      if (before[i - from] !== target[i]) world.changed(target, i, before[i - from], target[i]);
    }
    return result;
  };

  #row(site: number, { name }: AgentRun, target: Cells, key: number, what: string): void {
    const word = this.world?.settings.parts.describeWord?.(target, key) ?? wordLabel(target, key);
    this.world?.rows?.push({ agent: name, site, what, word, value: '' });
  }

  /** After a write to something that a scenario's agents may share outside typed arrays. */
  readonly ghost = <T>(site: number, value: T, target?: object): T => {
    const { agent, world } = this;
    if (agent !== undefined) world?.ghosts.wrote(agent, site, target);
    return value;
  };
}

/** The elements that a method of arrays writes: from, and up to. */
function writtenBy(method: string, args: readonly unknown[], length: number): readonly [number, number] {
  const at = (value: unknown, otherwise: number): number => {
    const index = value === undefined ? otherwise : Math.trunc(Number(value));
    return Math.min(Math.max(index < 0 ? length + index : index, 0), length);
  };
  if (method === 'fill') return [at(args[1], 0), Math.max(at(args[1], 0), at(args[2], length))];
  if (method === 'set') {
    const from = at(args[1], 0);
    return [from, Math.min(from + Number((args[0] as ArrayLike<number>).length ?? 0), length)];
  }
  return [at(args[0], 0), length];
}

function isSharedArray(target: unknown): target is Cells {
  return ArrayBuffer.isView(target) && target.buffer instanceof SharedArrayBuffer;
}

function generatorClass(): new () => object {
  // Generators have no constructor of their own to test against; one with their prototype does as well.
  const made = (() => {}) as unknown as { new (): object; prototype: object };
  made.prototype = (Object.getPrototypeOf(function* () {}) as { readonly prototype: object }).prototype;
  return made;
}
