/**
 * Source-DPOR with sleep sets (Abdulla, Aronis, Jonsson, Sagonas: Optimal dynamic partial order reduction, POPL 2014):
 * of all executions that differ only in the order of independent steps, few more than one is run.
 *
 * Two steps depend on each other if they are of one agent, if they access one word and one of them writes (a
 * compare-exchange that fails only reads), if one sleeps on a word that the other notifies, or if both wake the same event
 * loop. Not for kills, time-outs and `always`: they see the order of steps that are independent here. Plain accesses need
 * no place in this, as long as no race is reported.
 */

import type { Access } from './accesses.ts';
import { accessesOf, conflicts } from './accesses.ts';
import type { AgentRun } from './agent-run.ts';
import type { Options, Strategy } from './strategy.ts';
import { lowestBit, PRUNE } from './strategy.ts';
import type { World } from './world.ts';

interface Step {
  readonly agent: number;
  /** Which step of its agent, from 1. */
  readonly index: number;
  readonly depth: number;
  /** By agent: how many of its steps happen before this one or are it. */
  readonly clock: Int32Array;
}

/** A state on the way of the current execution. */
interface Node {
  readonly run: number;
  /** Agents whose next step need not be tried here. */
  readonly sleep: number;
  done: number;
  backtrack: number;
  chosen: number;
}

interface Place {
  write: Step | undefined;
  /** Since the last write. */
  reads: Step[];
}

export class DporStrategy implements Strategy {
  readonly states: number = 0;
  readonly asksAlways: boolean = true;
  readonly #nodes: Node[] = [];
  #steps: Step[] = [];
  #clocks: Int32Array[] = [];
  #queued: Int32Array[][] = [];
  readonly #places: Map<number, Place> = new Map();
  #sleep: number = 0;
  #isFirst: boolean = true;

  /** Every step is on a new way or has been checked on the way here; there is no `always` to skip. */
  readonly isRepeating: boolean = false;

  /** An agent stood back from a loop of looks, so some orders were not tried: see `spinsMax`. */
  isCut: boolean = false;

  next(): boolean {
    this.#steps = [];
    this.#clocks = [];
    this.#queued = [];
    this.#places.clear();
    this.#sleep = 0;
    if (this.#isFirst) {
      this.#isFirst = false;
      return true;
    }
    for (let node = this.#nodes.at(-1); node !== undefined; node = this.#nodes.at(-1)) {
      node.done |= 1 << node.chosen;
      const left = node.backtrack & ~node.sleep & ~node.done;
      if (left !== 0) {
        node.chosen = lowestBit(left);
        return true;
      }
      this.#nodes.pop();
    }
    return false;
  }

  choose(world: World, { run }: Options): number {
    const depth = this.#steps.length;
    if (world.spinning !== 0) this.isCut = true;
    if (depth === 0) this.#begin(world);
    const node = this.#nodes[depth] ?? this.#newNode(world, run);
    if (node === undefined) return PRUNE;
    const agent = world.agents[node.chosen] as AgentRun;
    const accesses = accessesOf(world, agent, true);
    this.#take(agent, accesses, depth);
    this.#sleep = this.#stillAsleep(world, (node.sleep | node.done) & ~(1 << node.chosen), accesses);
    return node.chosen;
  }

  /** What the last step did: it woke an agent, whose next steps come after it. */
  woke(by: number, agent: number, isQueued: boolean): void {
    const clock = this.#clocks[by];
    if (clock === undefined || by < 0) return;
    if (isQueued) this.#queued[agent]?.push(Int32Array.from(clock));
    else this.#join(agent, clock);
  }

  /** An agent begins with the first of what was queued in its event loop. */
  began(agent: number): void {
    const clock = this.#queued[agent]?.shift();
    if (clock !== undefined) this.#join(agent, clock);
  }

  #begin(world: World): void {
    this.#clocks = world.agents.map(() => new Int32Array(world.agents.length));
    this.#queued = world.agents.map(() => []);
    world.watcher = this;
  }

  #newNode(world: World, run: number): Node | undefined {
    const free = run & ~this.#sleep;
    if (free === 0) return undefined;
    const isLastFree = world.last >= 0 && ((free >>> world.last) & 1) === 1;
    const chosen = isLastFree ? world.last : lowestBit(free);
    const node = { run, sleep: this.#sleep, done: 0, backtrack: 1 << chosen, chosen };
    this.#nodes.push(node);
    return node;
  }

  /** Notes the step, after looking for earlier ones that could also have come after it. */
  #take(agent: AgentRun, accesses: readonly Access[], depth: number): void {
    const known = this.#clocks[agent.index] as Int32Array;
    const before = this.#conflicting(accesses);
    const clock = Int32Array.from(known);
    for (const one of before) join(clock, one.clock);
    const index = (known[agent.index] as number) + 1;
    clock[agent.index] = index;
    const step: Step = { agent: agent.index, index, depth, clock };
    const racing = before.filter((one) => one.index > (known[one.agent] as number));
    for (const one of racing) {
      if (!racing.some((other) => other !== one && (other.clock[one.agent] as number) >= one.index))
        this.#reverse(one, step);
    }
    this.#steps.push(step);
    this.#clocks[agent.index] = clock;
    for (const { place, isWrite } of accesses) this.#note(place, isWrite, step);
  }

  /** The last steps that a step with these accesses depends on. */
  #conflicting(accesses: readonly Access[]): readonly Step[] {
    const found = new Set<Step>();
    for (const { place, isWrite } of accesses) {
      const noted = this.#places.get(place);
      if (noted === undefined) continue;
      if (noted.write !== undefined) found.add(noted.write);
      if (isWrite) for (const read of noted.reads) found.add(read);
    }
    return [...found];
  }

  #note(place: number, isWrite: boolean, step: Step): void {
    let noted = this.#places.get(place);
    if (noted === undefined) {
      noted = { write: undefined, reads: [] };
      this.#places.set(place, noted);
    }
    if (!isWrite) {
      noted.reads.push(step);
      return;
    }
    noted.write = step;
    noted.reads = [];
  }

  /** Makes sure that some execution goes another way before `earlier`, in which `later` comes first. */
  #reverse(earlier: Step, later: Step): void {
    const node = this.#nodes[earlier.depth] as Node; // a node stands for each step
    const between = this.#steps
      .slice(earlier.depth + 1)
      .filter((one) => (one.clock[earlier.agent] as number) < earlier.index);
    const initials = initialsOf([...between, later]);
    if ((initials & node.backtrack) !== 0) return;
    const wished = (initials >>> later.agent) & 1 ? later.agent : lowestBit(initials);
    if ((node.run >>> wished) & 1) node.backtrack |= 1 << wished;
    else node.backtrack |= node.run;
  }

  #stillAsleep(world: World, sleep: number, accesses: readonly Access[]): number {
    let left = sleep;
    for (let rest = sleep; rest !== 0; rest &= rest - 1) {
      const index = lowestBit(rest);
      const next = accessesOf(world, world.agents[index] as AgentRun, false);
      if (conflicts(next, accesses)) left &= ~(1 << index);
    }
    return left;
  }

  #join(agent: number, clock: Int32Array): void {
    const own = this.#clocks[agent];
    if (own !== undefined) join(own, clock);
  }
}

/** Agents whose first step in the sequence has nothing in it that must come before. */
function initialsOf(steps: readonly Step[]): number {
  let initials = 0;
  let met = 0;
  steps.forEach((step, at) => {
    const bit = 1 << step.agent;
    if ((met & bit) !== 0) return;
    met |= bit;
    const isFree = !steps.slice(0, at).some((one) => (step.clock[one.agent] as number) >= one.index);
    if (isFree) initials |= bit;
  });
  return initials;
}

function join(into: Int32Array, from: Int32Array): void {
  for (let i = 0; i < into.length; i++) if ((from[i] as number) > (into[i] as number)) into[i] = from[i] as number;
}
