/**
 * One execution: memory, agents, and the one step at a time that a scheduler asks for.
 *
 * A step executes the pending operation of one agent and runs that agent to its next operation; plain code in between
 * belongs to the step. The same world is reset and used again for every execution of an exploration.
 *
 * Not here: who goes next (explorer.ts and the strategies), what the operations do (operate.ts).
 */
import { Addresses } from './addresses.ts';
import type { Cells, Steps, Task } from './agent-run.ts';
import { AgentRun, DEAD, IDLE, PARKED, READY, START_SITE, UNBORN } from './agent-run.ts';
import { bitsOf, mixHigh, mixLow } from './fingerprint.ts';
import { Ghosts } from './ghost-state.ts';
import { NOT_DONE, operate } from './operate.ts';
import { OutcomeTexts, resultsOf } from './outcome-text.ts';
import type { Races } from './races.ts';
import type { FailureKind } from './report.ts';
import type { Runtime } from './runtime.ts';
import type { Sizes } from './sizes.ts';
import type { Broken, Row, Waiter, Watcher, WorldSettings } from './world-parts.ts';

export class World {
  readonly settings: WorldSettings;
  /** Those of the scenario, and the one of `afterDeath`. */
  readonly agents: readonly AgentRun[];
  readonly #named: readonly AgentRun[];
  readonly #texts: OutcomeTexts = new OutcomeTexts();
  readonly reaper: AgentRun;
  /** 1 for every site that was executed in any execution. */
  readonly reached: Uint8Array;
  readonly codes: Uint8Array;
  shared: unknown = undefined;
  ready: number = 0;
  spinning: number = 0;
  last: number = -1;
  steps: number = 0;
  dead: AgentRun | undefined = undefined;
  clock: number = 0;
  broken: Broken | undefined = undefined;
  waiters: Waiter[] = [];
  woken: Waiter[] = [];
  /** Who waits for a word to change, and needs no ring for it. */
  pausing: Waiter[] = [];
  rows: Row[] | undefined = undefined;
  /** Whether each operation is also shown to one of races, sizes and rows. */
  isWatched: boolean = false;
  watcher: Watcher | undefined = undefined;
  /** On while an execution is repeated: no word may be accessed in two sizes. */
  sizes: Sizes | undefined = undefined;
  races: Races | undefined = undefined;
  /** Grows with every change of memory. */
  version: number = 0;
  memoryLow: number = 0;
  memoryHigh: number = 0;
  /** What the scenario's agents share outside typed arrays. */
  readonly ghosts: Ghosts = new Ghosts();
  readonly addresses: Addresses = new Addresses();
  readonly #runtime: Runtime;
  readonly #isHashing: boolean;
  readonly #spinsMax: number;
  #steadySteps: number = 0;

  constructor(settings: WorldSettings) {
    this.settings = settings;
    this.#runtime = settings.runtime;
    this.#isHashing = settings.isHashing;
    this.#spinsMax = settings.spinsMax;
    this.codes = settings.codes;
    this.reached = new Uint8Array(settings.codes.length);
    const names = Object.keys(settings.parts.agents);
    this.#named = names.map((name, index) => new AgentRun(index, name));
    this.reaper = new AgentRun(names.length, 'afterDeath');
    this.agents = [...this.#named, this.reaper];
    settings.runtime.world = this;
  }

  /** A fresh world, each agent at its first operation. */
  reset(): void {
    this.ready = 0;
    this.spinning = 0;
    this.last = -1;
    this.steps = 0;
    this.dead = undefined;
    this.clock = 0;
    this.broken = undefined;
    if (this.waiters.length > 0) this.waiters = [];
    if (this.pausing.length > 0) this.pausing = [];
    if (this.woken.length > 0) this.woken = [];
    this.version = 0;
    this.ghosts.reset();
    this.addresses.reset();
    this.#steadySteps = 0;
    this.races?.reset();
    for (const agent of this.agents) agent.reset();
    this.isWatched = this.races !== undefined || this.sizes !== undefined || this.rows !== undefined;
    const { parts, runtime } = this.settings;
    this.shared = runtime.atomically(() => parts.setup());
    this.memoryLow = 0;
    this.memoryHigh = 0;
    for (const agent of this.agents) {
      if (agent === this.reaper) agent.status = UNBORN;
      else this.#begin(agent, parts.agents[agent.name] as (shared: unknown) => unknown);
    }
  }

  // ---- what a scheduler asks for ----

  /** Agents that may go next, as bits. One that only looks at what nobody changes stands back while others can go on. */
  eligible(): number {
    return this.ready & ~this.spinning || this.ready;
  }

  /** Agents whose time-out may expire now, as bits. */
  expirable(budget: number): number {
    let bits = 0;
    for (const agent of this.agents) {
      if (agent.expiries < budget && dueOf(agent) !== Infinity) bits |= 1 << agent.index;
    }
    return bits;
  }

  /** The one whose time-out comes first, or -1. */
  firstDue(): number {
    let first = -1;
    let due = Infinity;
    for (const agent of this.agents) {
      if (dueOf(agent) >= due) continue;
      due = dueOf(agent);
      first = agent.index;
    }
    return first;
  }

  /** Executes the pending operation of an agent and runs it to its next one. */
  step(index: number): void {
    const agent = this.agents[index] as AgentRun;
    const { pending } = agent;
    const { site } = pending;
    this.steps++;
    if (this.last === index) this.#steadySteps++;
    else this.#steadySteps = 0;
    this.last = index;
    if (site === START_SITE) {
      // Having begun is part of the state: otherwise its first step would lead to where it came from.
      agent.remember(START_SITE);
      // Only the agent of afterDeath begins by a step: it knows of the death, as by a proof of the stop.
      if (this.dead !== undefined) this.races?.joined(agent, this.dead);
      this.#start(agent);
      return;
    }
    this.reached[site] = 1;
    agent.operations++;
    const before = this.version;
    const result = operate(this, agent, pending, this.codes[site] as number);
    if (this.broken !== undefined) return;
    if (this.version !== before) this.spinning = 0;
    else if (agent.isSpinning(before, this.#spinsMax)) this.spinning |= 1 << index;
    if (this.#steadySteps > steadyStepsMax) this.spinning |= 1 << index;
    if (result === NOT_DONE) {
      agent.status = PARKED;
      this.ready &= ~(1 << index);
    } else {
      // As #resume, for an agent that did not sleep.
      if (this.#isHashing) agent.remember(bitsOf(result));
      if (this.rows !== undefined) this.#noteResult(result);
      this.#run(agent, result);
    }
    while (this.woken.length > 0) this.#resumeWoken();
  }

  /** The agent never runs again: not its next operation, no `finally`, no callback. */
  kill(index: number): void {
    const agent = this.agents[index] as AgentRun;
    agent.status = DEAD;
    agent.steps = undefined;
    agent.result = undefined;
    agent.deadline = Infinity;
    agent.timers = [];
    this.ready &= ~(1 << index);
    this.dead = agent;
    this.waiters = this.waiters.filter((waiter) => waiter.agent !== agent);
    this.pausing = this.pausing.filter((waiter) => waiter.agent !== agent);
    this.rows?.push({ agent: agent.name, site: agent.pending.site, what: 'dies before', word: '', value: '' });
    const { afterDeath } = this.settings.parts;
    if (afterDeath === undefined) return;
    this.reaper.main = () => afterDeath(this.shared, agent.name);
    this.reaper.status = READY;
    this.reaper.pending.site = START_SITE;
    this.ready |= 1 << this.reaper.index;
  }

  /** The time-out of an agent passes: of its sleep, or of its first timer. */
  expire(index: number): void {
    const agent = this.agents[index] as AgentRun;
    this.clock = Math.max(this.clock, dueOf(agent));
    agent.expiries++;
    this.last = index;
    this.rows?.push({
      agent: agent.name,
      site: agent.pending.site,
      what: 'time-out of',
      word: '',
      value: `now ${this.clock}`,
    });
    if (agent.status === PARKED) {
      this.waiters = this.waiters.filter((waiter) => waiter.agent !== agent || waiter.wake !== undefined);
      this.#resume(agent, 'timed-out');
      return;
    }
    const timer = agent.timers.reduce((first, one) => (one.due < first.due ? one : first));
    agent.timers.splice(agent.timers.indexOf(timer), 1);
    agent.tasks.push(timer.run);
    agent.noteQueued(bitsOf(timer.due));
    this.#nextTask(agent);
  }

  /** Runs the end of the scenario and answers its outcome. Context: nobody can go on. */
  finish(): string {
    const { after } = this.settings.parts;
    if (after !== undefined) {
      const results = resultsOf(this.#named);
      this.#check('after', () => after(this.shared, results));
    }
    return this.#texts.of(this.#named);
  }

  /** Runs the check after every step. */
  checkAlways(): void {
    const { always } = this.settings.parts;
    if (always !== undefined) this.#check('always', () => always(this.shared));
  }

  // ---- what operations ask for ----

  /** Notes that a word got a new value. */
  changed(words: Cells, index: number, before: unknown, after: unknown): void {
    this.version++;
    if (this.pausing.length > 0) this.#endPauses(words, index);
    if (!this.#isHashing) return;
    const at = this.addresses.of(words, this.#runtime.agent) + index * words.BYTES_PER_ELEMENT;
    const [was, is] = [bitsOf(before), bitsOf(after)];
    this.memoryLow ^= mixLow(at, was) ^ mixLow(at, is);
    this.memoryHigh ^= mixHigh(at, was) ^ mixHigh(at, is);
  }

  fail(kind: FailureKind, message: string): void {
    this.broken ??= { kind, message };
  }

  // ---- agents ----

  #begin(agent: AgentRun, main: (shared: unknown) => unknown): void {
    agent.main = () => main(this.shared);
    agent.status = READY;
    this.ready |= 1 << agent.index;
    this.#start(agent);
  }

  #resume(agent: AgentRun, value: unknown): void {
    agent.status = READY;
    agent.deadline = Infinity;
    this.ready |= 1 << agent.index;
    if (this.#isHashing) agent.remember(bitsOf(value));
    if (this.rows !== undefined) this.#noteResult(value);
    this.#run(agent, value);
  }

  /** Begins an agent's function, up to its first operation. */
  #start(agent: AgentRun): void {
    const runtime = this.#runtime;
    runtime.pending = agent.pending;
    runtime.agent = agent;
    let made: unknown;
    try {
      made = (agent.main as Task)(); // set by #begin and kill
    } catch (error) {
      this.#throws(agent, error);
      return;
    }
    if (!runtime.isSteps(made)) {
      this.#leaveMain(agent, made);
      return;
    }
    agent.steps = made;
    this.#run(agent, undefined);
  }

  /** Runs an agent from where it stands to its next operation, or into its event loop. */
  #run(agent: AgentRun, value: unknown): void {
    const runtime = this.#runtime;
    runtime.pending = agent.pending;
    runtime.agent = agent;
    try {
      const next = (agent.steps as Steps).next(value); // it stands at an operation
      if (next.done !== true) return;
      agent.steps = undefined;
      if (agent.isMainDone) this.#nextTask(agent);
      else this.#leaveMain(agent, next.value);
    } catch (error) {
      this.#throws(agent, error);
    }
  }

  #throws(agent: AgentRun, error: unknown): void {
    this.fail('assertion', `Agent ${agent.name} throws: ${textOf(error)}`);
  }

  #leaveMain(agent: AgentRun, result: unknown): void {
    agent.result = result;
    agent.isMainDone = true;
    this.#nextTask(agent);
  }

  /** Runs what is queued in an agent's event loop, up to the first operation. */
  #nextTask(agent: AgentRun): void {
    const runtime = this.#runtime;
    agent.status = IDLE;
    this.ready &= ~(1 << agent.index);
    if (!agent.isMainDone) return;
    runtime.pending = agent.pending;
    runtime.agent = agent;
    try {
      for (;;) {
        let task = agent.microtasks.shift();
        if (task === undefined) {
          task = agent.tasks.shift();
          if (task === undefined) return;
          this.watcher?.began(agent.index);
        }
        const made = task();
        if (!runtime.isSteps(made)) continue;
        if (made.next().done === true) continue;
        agent.steps = made;
        agent.status = READY;
        this.ready |= 1 << agent.index;
        return;
      }
    } catch (error) {
      this.fail('assertion', `A callback of agent ${agent.name} throws: ${textOf(error)}`);
    }
  }

  #endPauses(words: Cells, index: number): void {
    const byte = words.byteOffset + index * words.BYTES_PER_ELEMENT;
    const left = this.pausing.filter(({ agent, buffer, byte: at }) => {
      const isOver = buffer === words.buffer && at === byte && words[index] !== agent.pending.a;
      if (isOver) this.woken.push({ agent, buffer, byte, wake: undefined, serial: 0 });
      return !isOver;
    });
    this.pausing = left;
  }

  #resumeWoken(): void {
    const woken = this.woken;
    this.woken = [];
    for (const { agent, wake, serial } of woken) {
      this.watcher?.woke(this.last, agent.index, wake !== undefined);
      this.rows?.push({ agent: agent.name, site: agent.pending.site, what: 'woken', word: '', value: '' });
      if (wake === undefined) {
        this.#resume(agent, 'ok');
        continue;
      }
      agent.tasks.push(wake);
      agent.noteQueued(serial);
      if (agent.status === IDLE) this.#nextTask(agent);
    }
  }

  #check(part: string, check: () => unknown): void {
    try {
      this.#runtime.atomically(check);
    } catch (error) {
      this.fail('assertion', `The check '${part}' fails: ${textOf(error)}`);
    }
  }

  #noteResult(value: unknown): void {
    const row = this.rows?.at(-1);
    if (row !== undefined && row.value === '?') this.rows?.splice(-1, 1, { ...row, value: String(value) });
  }
}

/** After so many steps in a row an agent lets others go on once, so that a loop that changes memory and undoes it cannot starve them. */
const steadyStepsMax = 2000;

function dueOf(agent: AgentRun): number {
  if (agent.status === PARKED) return agent.deadline;
  if (agent.status !== IDLE) return Infinity;
  return agent.timers.reduce((due, timer) => Math.min(due, timer.due), Infinity);
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const place = /\(?((?:file:|\/|[A-Z]:\\)[^()\n]*:\d+:\d+)\)?/.exec(error.stack?.split('\n    at ')[1] ?? '')?.[1];
  return `${error.name}: ${error.message}${place === undefined ? '' : ` (${place})`}`;
}
