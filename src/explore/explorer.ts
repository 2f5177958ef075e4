/** One exploration: execution after execution, until a failure, the end of the search, or a limit. */
import { now } from '../cells/clock.ts';
import { branchesOf } from './branches.ts';
import { agentsMax, decodeSchedule, END, EXPIRE, encodeSchedule, KILL, LIVELOCK_MARK, scheduleIn } from './choices.ts';
import { coverageOf } from './coverage.ts';
import { DporStrategy } from './dpor.ts';
import { Expected } from './expected.ts';
import type { Program } from './linker.ts';
import { scenarioOf } from './linker.ts';
import { makeStrategy } from './make-strategy.ts';
import { Races } from './races.ts';

import type { Extent, Failure, Limits, Report } from './report.ts';
import { Runtime } from './runtime.ts';
import type { ScenarioParts } from './scenario.ts';
import { describeSite, drawSchedule } from './schedule.ts';
import { keepTrace } from './schedule-trace.ts';
import { firstOf, LooseScript, ScriptStrategy } from './script.ts';
import { type Attempt, extentOf, failsAlike, shrink } from './shrink.ts';
import { Sizes } from './sizes.ts';
import { shownPath } from './sources.ts';
import type { Options, Strategy } from './strategy.ts';
import { bitCount, PRUNE } from './strategy.ts';
import { stuckIn } from './stuck.ts';
import { World } from './world.ts';
import type { Broken } from './world-parts.ts';

type Parts = ScenarioParts<unknown, Record<string, unknown>>;

export class Explorer {
  readonly #program: Program;
  readonly #limits: Limits;
  readonly #runtime: Runtime = new Runtime();
  readonly #parts: Parts;
  readonly #expected: Expected;
  readonly #codes: Uint8Array;
  #killable: readonly number[];
  #stepsMax: number;
  #isTimed: boolean;
  /** Nobody dies and no time passes: then agents are all there is to choose from. */
  #isPlain: boolean = false;
  readonly #outcomes: Map<string, number> = new Map();
  readonly #options: Options = { run: 0, kill: 0, expire: 0, mayEnd: false };
  #choices: Uint8Array = new Uint8Array(1024);
  #length: number = 0;
  /** Then the schedule alone decides, whatever the limits of the search were. */
  #isReplaying: boolean = false;
  #world: World;
  #shrunk: { readonly from: Extent; readonly to: Extent } | undefined = undefined;
  #executions: number = 0;
  #points: number = 0;

  constructor(program: Program, given: Limits) {
    this.#program = program;
    this.#parts = scenarioOf(program.evaluate(this.#runtime), program.file);
    this.#limits = { ...this.#parts.options, ...definedOf(given) };
    this.#expected = new Expected(this.#parts);
    this.#codes = Uint8Array.from(program.sites, ({ code }) => code);
    const names = Object.keys(this.#parts.agents);
    if (names.length === 0 || names.length >= agentsMax) {
      throw new Error(`The scenario has ${names.length} agents; there must be 1 to ${agentsMax - 1}.`);
    }
    this.#killable = killableOf(names, this.#limits.killAgents ?? false);
    this.#stepsMax = this.#limits.stepsMax ?? 20_000;
    this.#isTimed = this.#limits.timeouts === 'explored';
    this.#world = this.#makeWorld(false);
  }

  run(): Report {
    const { replay } = this.#limits;
    return replay === undefined ? this.#search() : this.#replay(scheduleIn(replay));
  }

  #search(): Report {
    const started = now();
    const strategy = this.#makeStrategy();
    const isSearch = ['dfs', 'por', 'dpor'].includes(this.#strategyName());
    this.#world = this.#makeWorld(['dfs', 'por'].includes(this.#strategyName()));
    const most = this.#limits.executions ?? (isSearch ? 10_000_000 : 10_000);
    const until = started + (this.#limits.seconds ?? 60) * 1000;
    let failure: Failure | undefined;
    let isComplete = false;
    let first: { readonly script: readonly number[]; readonly end: string } | undefined;
    while (failure === undefined && this.#executions < most) {
      if ((this.#executions & 63) === 63 && now() > until) break;
      if (!strategy.next()) {
        isComplete = !(strategy instanceof DporStrategy && strategy.isCut);
        break;
      }
      const outcome = this.#execute(strategy);
      if (this.#seesOrderOnly() && this.#world.ghosts.areShared(this.#world.shared)) {
        throw new Error(
          `The agents share plain objects, whose readers the strategy '${this.#strategyName()}' does not see; use 'dfs'.`,
        );
      }
      if (this.#runtime.hasPlainAccesses && this.#world.races === undefined && this.#limits.races !== false) {
        return this.#restartWithRaces();
      }
      if (this.#world.broken !== undefined) failure = this.#explain(this.#world.broken);
      else if (outcome !== undefined) {
        this.#outcomes.set(outcome, (this.#outcomes.get(outcome) ?? 0) + 1);
        first ??= { script: this.#script(), end: this.#endOf(outcome) };
      }
    }
    if (failure === undefined && first !== undefined) failure = this.#audit(first.script, first.end);
    return this.#report(failure, isComplete, strategy, started);
  }

  /** Plain accesses of shared memory were met: from now on clocks are kept, which costs time, and the search begins again. */
  #restartWithRaces(): Report {
    this.#world.races = new Races(this.#world, (site) => this.#describe(site));
    this.#executions = 0;
    this.#points = 0;
    this.#outcomes.clear();
    return this.#search();
  }

  /** A schedule says all that matters: who dies, what expires, and where it is too long. */
  #replay(schedule: string): Report {
    const started = now();
    const isLivelock = schedule.endsWith(LIVELOCK_MARK);
    const script = decodeSchedule(isLivelock ? schedule.slice(0, -LIVELOCK_MARK.length) : schedule);
    this.#killable = Object.keys(this.#parts.agents).map((_, index) => index);
    this.#isTimed ||= script.some((choice) => choice >= EXPIRE && choice < END);
    if (isLivelock) this.#stepsMax = script.filter((choice) => choice < KILL).length - 1;
    this.#world = this.#makeWorld(false);
    const { broken, outcome } = this.#repeat(new ScriptStrategy(script));
    const failure = broken === undefined ? undefined : this.#explain(broken);
    if (outcome !== undefined) this.#outcomes.set(outcome, 1);
    this.#executions = 1;
    return this.#report(failure, false, undefined, started);
  }

  /** Runs a list of choices, and after its end the first choice that there is each time. */
  #repeat(strategy: Strategy): { readonly broken: Broken | undefined; readonly outcome: string | undefined } {
    if (this.#limits.races !== false) this.#world.races ??= new Races(this.#world, (site) => this.#describe(site));
    const { executions, points } = { executions: this.#executions, points: this.#points };
    this.#isReplaying = true;
    this.#world.sizes = new Sizes(this.#world, (site) => this.#describe(site));
    const outcome = this.#execute(strategy);
    this.#executions = executions;
    this.#points = points;
    return { broken: this.#world.broken, outcome };
  }

  /** Outcomes: the results as JSON, or undefined if the execution broke or leads nowhere new. */
  #execute(strategy: Strategy): string | undefined {
    const world = this.#world;
    const options = this.#options;
    this.#length = 0;
    this.#executions++;
    this.#isPlain = !this.#isTimed && this.#killable.length === 0;
    world.watcher = undefined;
    world.reset();
    const hasAlways = this.#parts.always !== undefined;
    while (world.broken === undefined) {
      const count = this.#isPlain ? offerPlain(world, options, this.#isReplaying) : this.#offer(world, options);
      let choice = END;
      if (count > 1 || (strategy.asksAlways && count > 0)) choice = strategy.choose(world, options);
      else if (count === 1) choice = firstOf(options, world.last);
      if (choice === PRUNE) break;
      if (choice !== END) this.#note(choice);
      if (choice === END) {
        const stuck = stuckIn(world, (site) => this.#describe(site));
        if (stuck === undefined) {
          const outcome = world.finish();
          const refusal = this.#expected.refusal(outcome);
          if (refusal !== undefined) world.fail('outcome', refusal);
          this.#points += world.steps;
          return world.broken === undefined ? outcome : undefined;
        }
        world.fail(stuck.kind, stuck.message);
        break;
      }
      if (choice < KILL) world.step(choice);
      else if (choice < EXPIRE) world.kill(choice - KILL);
      else world.expire(choice - EXPIRE);
      if (hasAlways && !strategy.isRepeating && world.broken === undefined) world.checkAlways();
      if (world.steps > this.#stepsMax) {
        world.fail(
          'livelock',
          `After ${world.steps} steps the agents have not come to an end (limit stepsMax ${this.#stepsMax}).`,
        );
      }
    }
    this.#points += world.steps;
    return undefined;
  }

  /** Fills the options. Outcomes: how many there are (2 for more); 0 means that the execution is over. */
  #offer(world: World, options: Options): number {
    const run = this.#isReplaying ? world.ready : world.eligible();
    options.run = run;
    let expire = this.#isTimed ? world.expirable(expiriesMax) : 0;
    if (this.#isTimed && run === 0 && expire === 0) {
      const first = world.firstDue();
      if (first >= 0) expire = 1 << first;
    }
    const kill = this.#killable.length === 0 ? 0 : this.#killOptions(world);
    const mayEnd = run === 0 && expire === 0;
    options.kill = kill;
    options.expire = expire;
    options.mayEnd = mayEnd;
    if (mayEnd && kill === 0) return 0;
    if (kill === 0 && expire === 0 && (run & (run - 1)) === 0) return 1;
    return bitCount(run) + bitCount(kill) + bitCount(expire) + (mayEnd ? 1 : 0);
  }

  #killOptions(world: World): number {
    if (world.dead !== undefined) return 0;
    if (this.#length === 0) return this.#killable.reduce((bits, index) => bits | (1 << index), 0);
    return this.#killable.includes(world.last) ? 1 << world.last : 0;
  }

  #note(choice: number): void {
    if (this.#length === this.#choices.length) {
      const longer = new Uint8Array(this.#length * 2);
      longer.set(this.#choices);
      this.#choices = longer;
    }
    this.#choices[this.#length++] = choice;
  }

  /** Runs the failing execution once more, this time writing it down; it must fail the same way. */
  #explain(found: Broken): Failure {
    const { script, broken = found } = this.#simplest(found);
    this.#world.rows = [];
    const again = this.#repeat(new ScriptStrategy(script)).broken;
    const rows = this.#world.rows;
    this.#world.rows = undefined;
    if (again?.kind !== broken.kind || again.message !== broken.message) {
      throw new Error(
        `The scenario does not repeat itself: it failed with "${broken.message}" and, on the same schedule, ` +
          `${again === undefined ? 'not at all' : `with "${again.message}"`}.`,
      );
    }
    const schedule = encodeSchedule(script, script.length) + (broken.kind === 'livelock' ? LIVELOCK_MARK : '');
    const planted = this.#limits.planted === undefined ? '' : ` --planted '${this.#limits.planted}'`;
    const failure: Failure = {
      kind: broken.kind,
      message: broken.message,
      schedule: drawSchedule(rows, (site) => this.#describe(site)),
      replay: `npx fenceline check ${shownPath(this.#program.file)} --replay '${schedule}'${planted}`,
    };
    const agents = this.#world.agents.map(({ name }) => name);
    keepTrace(failure, {
      title: shownPath(this.#program.file),
      agents,
      rows,
      describe: (site) => this.#describe(site),
    });
    return failure;
  }

  /** The schedule that just failed, made simpler. A livelock is as long as its limit and stays as it is. */
  #simplest(broken: Broken): Attempt {
    const found: Attempt = { script: this.#script(), interruptions: 0, broken };
    const { shrink: isWanted = true, replay } = this.#limits;
    if (!isWanted || replay !== undefined || broken.kind === 'livelock') return found;
    const [reached, taken] = [this.#world.reached.slice(), this.#program.taken.slice()];
    const stepsMax = this.#stepsMax;
    this.#stepsMax = found.script.length;
    const first = this.#attempt(found.script);
    const isSame = failsAlike(first.broken, broken);
    const best = isSame ? shrink(first, (script) => this.#attempt(script)) : found;
    this.#stepsMax = stepsMax;
    this.#world.reached.set(reached);
    this.#program.taken.set(taken);
    if (best !== first && isSame) this.#shrunk = { from: extentOf(first), to: extentOf(best) };
    return best;
  }

  #attempt(script: readonly number[]): Attempt {
    const strategy = new LooseScript(script);
    const { broken } = this.#repeat(strategy);
    return { script: this.#script(), interruptions: strategy.interruptions, broken };
  }

  /**
   * The first execution once more, after all others: what they left behind must not matter, and no word may be accessed
   * in two sizes, which is not looked at while searching.
   */
  #audit(script: readonly number[], end: string): Failure | undefined {
    let again: string;
    try {
      const { broken, outcome } = this.#repeat(new ScriptStrategy(script));
      if (broken?.kind === 'race') return this.#explain(broken);
      again = broken?.message ?? this.#endOf(outcome);
    } catch (error) {
      again = String(error);
    }
    if (again === end) return undefined;
    throw new Error(
      `The scenario does not repeat itself: its first execution gave ${end}, and on the same schedule, later, ${again}.`,
    );
  }

  #endOf(outcome: string | undefined): string {
    return `${outcome} after ${this.#world.steps} steps`;
  }

  #script(): readonly number[] {
    return Array.from(this.#choices.subarray(0, this.#length));
  }

  #describe(site: number): string {
    return describeSite(this.#program.sites[site]);
  }

  #report(failure: Failure | undefined, isComplete: boolean, strategy: Strategy | undefined, started: number): Report {
    return {
      executions: this.#executions,
      isComplete,
      failure,
      shrunk: this.#shrunk,
      outcomes: this.#outcomes,
      missing: this.#expected.missing(this.#outcomes),
      coverage: coverageOf(this.#program.sites, this.#world.reached),
      branches: branchesOf(this.#program.branches, this.#program.taken),
      points: this.#points,
      states: strategy?.states ?? 0,
      seconds: (now() - started) / 1000,
      seed: this.#limits.seed ?? 1,
    };
  }

  #strategyName(): string {
    return this.#limits.strategy ?? 'dfs';
  }

  #seesOrderOnly(): boolean {
    return this.#limits.strategy === 'dpor' || this.#limits.strategy === 'por';
  }

  #makeStrategy(): Strategy {
    return makeStrategy(this.#strategyName(), {
      limits: this.#limits,
      killable: this.#killable,
      agents: this.#world.agents.length,
      isTimed: this.#isTimed,
      hasAlways: this.#parts.always !== undefined,
    });
  }

  #makeWorld(isHashing: boolean): World {
    const { races, reached } = this.#world ?? {};
    const world = new World({
      parts: this.#parts,
      runtime: this.#runtime,
      codes: this.#codes,
      isHashing,
      spinsMax: this.#limits.spinsMax ?? 8,
      exploresTimeouts: this.#isTimed,
    });
    if (reached !== undefined) world.reached.set(reached);
    if (races !== undefined) world.races = new Races(world, (site) => this.#describe(site));
    return world;
  }
}

/** How many time-outs of one agent may expire by choice in one execution; those that alone go on may always. */
const expiriesMax = 2;

/** As #offer, where nobody dies and no time passes. */
function offerPlain(world: World, options: Options, isReplaying: boolean): number {
  const run = isReplaying ? world.ready : world.eligible();
  options.run = run;
  options.mayEnd = run === 0;
  if (run === 0) return 0;
  return (run & (run - 1)) === 0 ? 1 : 2;
}

function killableOf(names: readonly string[], wanted: boolean | readonly string[]): readonly number[] {
  if (wanted === false) return [];
  if (wanted === true) return names.map((_, index) => index);
  return wanted.map((name) => {
    const index = names.indexOf(name);
    if (index < 0) throw new Error(`There is no agent '${name}' to kill; the agents are ${names.join(', ')}.`);
    return index;
  });
}

function definedOf(limits: Limits): Limits {
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));
}
