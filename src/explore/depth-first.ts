/**
 * Depth-first search over all schedules, or over those with a bounded number of preemptions, with a table of states.
 *
 * Executions run from the start each time: the choices of the last one are repeated up to the deepest with something left.
 * A preemption is a switch away from an agent that could go on. An agent is killed only right after one of its own steps
 * (or before anybody's first): killing it later, before the same operation, gives nothing else, since nobody learns of a
 * death before the proof of it, whose agent may start at any time.
 */
import { END, EXPIRE, KILL } from './choices.ts';
import { StateTable } from './fingerprint.ts';
import { fingerprintOf, fingerprintOfDeath } from './state.ts';
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
  readonly asksAlways: boolean = false;
  readonly #bound: number;
  readonly #table: StateTable = new StateTable();
  readonly #kills: boolean;
  readonly #path: Decision[] = [];
  #length: number = 0;
  #depth: number = 0;
  #spent: number = 0;
  #isFirst: boolean = true;

  constructor(bound: number, kills: boolean) {
    this.#bound = bound;
    this.#kills = kills;
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
    const lastMark = (world.last + 1) * 0x2545f491;
    const remembers = isBounded || (this.#kills && world.dead === undefined);
    const { low, high } = fingerprintOf(world, remembers ? lastMark : 0);
    if (this.#table.seen(low, high, isBounded ? this.#bound - this.#spent : 0)) return undefined;
    const decision = this.#path[this.#length] ?? emptyDecision();
    this.#path[this.#length++] = decision;
    const { run, kill, expire, mayEnd } = options;
    if (isOne(kill)) {
      const death = fingerprintOfDeath(world, lowestBit(kill), isBounded ? lastMark : 0);
      decision.deathLow = death.low ^ deathMark;
      decision.deathHigh = death.high;
    }
    decision.run = decision.restRun = run;
    decision.kill = decision.restKill = kill;
    decision.expire = decision.restExpire = expire;
    decision.restEnd = mayEnd;
    decision.current = world.last >= 0 && (run >>> world.last) & 1 ? world.last : -1;
    decision.spent = this.#spent;
    decision.choice = this.#untried(decision);
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
    return this.#table.seen(deathLow, deathHigh, this.#bound === Infinity ? 0 : this.#bound - spent);
  }

  #cost(decision: Decision, choice: number): number {
    if (decision.current < 0 || choice === decision.current) return 0;
    return choice >= KILL && choice < EXPIRE ? 0 : 1;
  }
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
