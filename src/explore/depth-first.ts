/**
 * Depth-first search over all schedules, or over those with a bounded number of preemptions, with a table of states.
 *
 * Executions run from the start each time: the choices of the last one are repeated up to the deepest with something left.
 * A preemption is a switch away from an agent that could go on. An agent is killed only right after one of its own steps
 * (or before anybody's first): killing it later, before the same operation, gives nothing else, since nobody learns of a
 * death before the proof of it, whose agent may start at any time.
 *
 * Given what steps are apart (apart.ts), the search does not switch before one of them: the agent that has one next goes
 * on with it. If it only looks, its agent is killed after it and not before, which is the same. Without a bound this holds
 * for the step of any agent; with one, only for the agent that went last, so that no preemption is spent.
 */
import type { AgentRun } from './agent-run.ts';
import type { Apart } from './apart.ts';
import { LOOK, OWN, SHARED } from './apart.ts';
import { END, EXPIRE, KILL } from './choices.ts';
import { StateTable } from './fingerprint.ts';
import { fingerprintOf, fingerprintOfDeath, intentionsOf } from './state.ts';
import type { Options, Strategy } from './strategy.ts';
import { lowestBit, PRUNE } from './strategy.ts';
import type { World } from './world.ts';

/** One decision on the way of the current execution. */
interface Decision {
  choice: number;
  /** What was offered, to notice a program that does not repeat itself. */
  run: number;
  kill: number;
  expire: number;
  /** What has not been tried. */
  restRun: number;
  restKill: number;
  restExpire: number;
  restEnd: boolean;
  /** The agent that would go on without a preemption, or -1. */
  current: number;
  /** Preemptions spent before this decision. */
  spent: number;
  /** The state that the death of the only one who may die here leads to. */
  deathLow: number;
  deathHigh: number;
}

export class DepthFirstStrategy implements Strategy {
  readonly asksAlways: boolean;
  readonly #bound: number;
  #table: StateTable = new StateTable();
  readonly #kills: boolean;
  readonly #path: Decision[] = [];
  #length: number = 0;
  #depth: number = 0;
  #spent: number = 0;
  #isFirst: boolean = true;
  readonly #apart: Apart | undefined;
  #scout: Strategy | undefined;
  #scouted: number = 0;

  /** @param reduced With what it takes not to switch where nobody could notice; `scout` goes first, to see who does what. */
  constructor(bound: number, kills: boolean, reduced?: { readonly apart: Apart; readonly scout: Strategy }) {
    this.#bound = bound;
    this.#kills = kills;
    this.#apart = reduced?.apart;
    this.#scout = reduced?.scout;
    this.asksAlways = reduced !== undefined;
  }

  get states(): number {
    return this.#table.size;
  }

  /** The last decision on the path has a new choice, so what follows it is new. */
  get isRepeating(): boolean {
    return this.#depth < this.#length;
  }

  next(): boolean {
    this.#depth = 0;
    this.#spent = 0;
    if (this.#apart?.hasLearnt === true) this.#restart(this.#apart);
    if (this.#scout !== undefined) {
      if (this.#scouted++ < scoutsMax) return this.#scout.next();
      this.#scout = undefined;
    }
    if (this.#isFirst) {
      this.#isFirst = false;
      return true;
    }
    while (this.#length > 0) {
      const decision = this.#path[this.#length - 1] as Decision;
      const choice = this.#untried(decision);
      if (choice !== PRUNE) {
        decision.choice = choice;
        return true;
      }
      this.#length--;
    }
    return false;
  }

  choose(world: World, options: Options): number {
    if (this.#apart === undefined) return this.#pick(world, options);
    // The last decision on the path may have been made before, but not with this choice.
    const isNew = this.#depth + 1 >= this.#length;
    const choice = this.#scout === undefined ? this.#pick(world, options) : ask(this.#scout, world, options);
    if (isNew && choice >= 0 && choice < KILL) this.#apart.note(world, world.agents[choice] as AgentRun);
    return choice;
  }

  /** More is known than before about who does what: what was left out may have to be gone through. */
  #restart(apart: Apart): void {
    apart.hasLearnt = false;
    this.#scouted = 0;
    if (this.#table.size > 0) this.#table = new StateTable();
    this.#length = 0;
    this.#isFirst = true;
  }

  #pick(world: World, options: Options): number {
    const decision = this.#depth < this.#length ? this.#repeat(options) : this.#decide(world, options);
    if (decision === undefined) return PRUNE;
    this.#spent = decision.spent + this.#cost(decision, decision.choice);
    this.#depth++;
    return decision.choice;
  }

  #repeat(options: Options): Decision {
    const decision = this.#path[this.#depth] as Decision; // below the length
    if (decision.run !== options.run || decision.kill !== options.kill || decision.expire !== options.expire) {
      throw new Error(
        'The scenario does not repeat itself: the same choices led to other ones. ' +
          'Look for clocks, random numbers, and state of modules or of the file that setup does not make anew.',
      );
    }
    return decision;
  }

  #decide(world: World, options: Options): Decision | undefined {
    const isBounded = this.#bound !== Infinity;
    const narrowed = this.#apart === undefined ? options.run : this.#narrow(world, options.run, this.#apart);
    const lastMark = (world.last + 1) * 0x2545f491;
    if (narrowed < 0 || (options.kill === 0 && options.expire === 0 && !options.mayEnd && isOne(narrowed))) {
      return this.#follow(options, narrowed < 0 ? 1 << world.last : narrowed);
    }
    if (this.#isForced(world, narrowed, options)) return this.#follow(options, 1 << world.last);
    const remembers = isBounded || (this.#kills && world.dead === undefined);
    const { low, high } = fingerprintOf(world, remembers ? lastMark : 0);
    const allowance = isBounded ? this.#bound - this.#spent : 0;
    if (this.#table.seen(low, high, allowance, intentionsOf(world))) return undefined;
    const decision = this.#path[this.#length] ?? emptyDecision();
    this.#path[this.#length++] = decision;
    const { run, kill, expire, mayEnd } = options;
    if (isOne(kill)) {
      const death = fingerprintOfDeath(world, lowestBit(kill), isBounded ? lastMark : 0);
      decision.deathLow = death.low ^ deathMark;
      decision.deathHigh = death.high;
    }
    decision.run = run;
    decision.kill = decision.restKill = kill;
    decision.expire = decision.restExpire = expire;
    decision.restRun = narrowed;
    decision.restEnd = mayEnd;
    decision.current = world.last >= 0 && (run >>> world.last) & 1 ? world.last : -1;
    decision.spent = this.#spent;
    decision.choice = this.#untried(decision);
    return decision;
  }

  /**
   * Who need be tried among those that can go on. Outcomes: as bits; -1: only the last one, and its death would be the
   * same after its step, which changes nothing.
   */
  #narrow(world: World, run: number, apart: Apart): number {
    const { last } = world;
    if (last < 0) return run;
    if ((run >>> last) & 1) {
      const kind = apart.kindOf(world, world.agents[last] as AgentRun);
      if (kind === LOOK) return -1;
      if (kind === OWN) return 1 << last;
    }
    // With a bound, the step of another could cost a switch back.
    if (this.#bound !== Infinity) return run;
    for (let rest = run; rest !== 0; rest &= rest - 1) {
      const index = lowestBit(rest);
      if (index !== last && apart.kindOf(world, world.agents[index] as AgentRun) !== SHARED) return 1 << index;
    }
    return run;
  }

  /**
   * Nothing is left to spend, and the last one can go on. Of such states, which are most of those with a bound, one in
   * four is kept in the table: two ways that met are one way a few steps later.
   */
  #isForced(world: World, run: number, { kill, expire }: Options): boolean {
    if (this.#apart === undefined || this.#spent < this.#bound || kill !== 0 || expire !== 0) return false;
    const { last } = world;
    return last >= 0 && ((run >>> last) & 1) === 1 && ((world.agents[last] as AgentRun).remembered & 3) !== 0;
  }

  /** A decision with one choice: nothing to come back to, and no state to keep. */
  #follow({ run, kill, expire }: Options, only: number): Decision {
    const decision = this.#path[this.#length] ?? emptyDecision();
    this.#path[this.#length++] = decision;
    decision.run = run;
    decision.kill = kill;
    decision.expire = expire;
    decision.restRun = decision.restKill = decision.restExpire = 0;
    decision.restEnd = false;
    decision.current = -1;
    decision.spent = this.#spent;
    decision.choice = lowestBit(only);
    return decision;
  }

  #untried(decision: Decision): number {
    const { current } = decision;
    if (current >= 0 && (decision.restRun >>> current) & 1) {
      decision.restRun &= ~(1 << current);
      return current;
    }
    const mayPreempt = current < 0 || decision.spent < this.#bound;
    if (mayPreempt && decision.restRun !== 0) {
      const agent = lowestBit(decision.restRun);
      decision.restRun &= decision.restRun - 1;
      return agent;
    }
    if (mayPreempt && decision.restExpire !== 0) {
      const agent = lowestBit(decision.restExpire);
      decision.restExpire &= decision.restExpire - 1;
      return EXPIRE + agent;
    }
    if (decision.restKill !== 0) {
      const agent = lowestBit(decision.restKill);
      decision.restKill &= decision.restKill - 1;
      if (!isOne(decision.kill) || !this.#wasDeath(decision)) return KILL + agent;
    }
    if (!decision.restEnd) return PRUNE;
    decision.restEnd = false;
    return END;
  }

  /** Steps that change nothing lie between many deaths: what follows those is the same, and is gone through once. */
  #wasDeath({ deathLow, deathHigh, spent }: Decision): boolean {
    return this.#table.seen(deathLow, deathHigh, this.#bound === Infinity ? 0 : this.#bound - spent, 0);
  }

  #cost(decision: Decision, choice: number): number {
    if (decision.current < 0 || choice === decision.current) return 0;
    return choice >= KILL && choice < EXPIRE ? 0 : 1;
  }
}

/** Random executions without news before a search that leaves out what nobody could notice. */
const scoutsMax = 500;

/** One that is not asked where there is but one way. */
function ask(scout: Strategy, world: World, options: Options): number {
  const { run, kill, expire, mayEnd } = options;
  return kill === 0 && expire === 0 && !mayEnd && isOne(run) ? lowestBit(run) : scout.choose(world, options);
}

/** Tells a death that was tried apart from the state that it led to. */
const deathMark = 0x5851f42d;

function isOne(bits: number): boolean {
  return bits !== 0 && (bits & (bits - 1)) === 0;
}

function emptyDecision(): Decision {
  return {
    ...{ choice: 0, run: 0, kill: 0, expire: 0 },
    ...{ restRun: 0, restKill: 0, restExpire: 0, restEnd: false, current: -1, spent: 0 },
    ...{ deathLow: 0, deathHigh: 0 },
  };
}
