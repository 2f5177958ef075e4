/**
 * Which steps nobody else can notice: what the other agents ever do to a word decides it.
 *
 * A step that only looks is apart if no other agent ever changes the word; one that changes it, if no other agent ever
 * looks at it either. Moving such a step to where its agent stands makes no difference to anybody, so the search need not
 * switch to others before it. What others do to a word is not known beforehand. The search begins with what some random
 * executions showed, writes down all that it sees, and begins again once it sees more: when it comes to its end, every
 * step that it took to be apart was so in everything that can follow. For if some other agent could get at the word
 * before such a step, it could do so after it as well, on the same way, and would have been seen.
 *
 * A store of the value that stands there, and a compare-exchange that fails, only look. What an agent does before a
 * death is told apart from what happens after it: the one of afterDeath comes after all that the dead one did.
 * Not here: the search (depth-first.ts).
 */
import type { AgentRun } from './agent-run.ts';
import { START_SITE } from './agent-run.ts';
import { isSame } from './operate.ts';
import {
  ADD,
  AND,
  CAS,
  COMPARE_EXCHANGE,
  EXCHANGE,
  IS_THREAD_GONE,
  NEXT_STAMP,
  NOTIFY,
  NOW,
  OR,
  STORE,
  SUB,
  XOR,
} from './operations.ts';
import type { World } from './world.ts';

/** The step may be noticed by others, or may notice them. */
export const SHARED = 0;
/** It changes something that nobody else looks at. */
export const OWN = 1;
/** It changes nothing, and what it sees is changed by nobody else. */
export const LOOK = 2;

export class Apart {
  /** By word: for each one that may be dead (0: nobody), the agents that look at it, and those that change it. */
  readonly #words: Map<number, Int32Array> = new Map();
  readonly #all: number;
  readonly #agents: number;
  /** Something was seen that steps taken to be apart did not reckon with. */
  hasLearnt: boolean = false;

  constructor(agents: number) {
    this.#all = 2 ** agents - 1;
    this.#agents = agents;
  }

  /** What the next step of the agent is to the others. */
  kindOf(world: World, agent: AgentRun): number {
    const { site } = agent.pending;
    if (site === START_SITE) return SHARED;
    const code = world.codes[site] as number;
    if (code === NOW) return LOOK;
    if (code > NEXT_STAMP) return SHARED;
    const known = this.#words.get(addressOf(world, agent));
    if (known === undefined) return SHARED;
    const others = this.#all & ~(1 << agent.index);
    const isChange = isChanging(agent, code);
    let met = 0;
    if (world.dead !== undefined) met = seenOf(known, world.dead.index + 1, isChange ? 0 : 1);
    else {
      // What follows the agent's own death comes after all of its steps.
      for (let dead = 0; dead <= this.#agents; dead++) {
        if (dead - 1 !== agent.index) met |= seenOf(known, dead, isChange ? 0 : 1);
      }
    }
    if ((met & others) !== 0) return SHARED;
    return isChange ? OWN : LOOK;
  }

  /** Writes down what the next step of the agent does. Context: right before it is executed. */
  note(world: World, agent: AgentRun): void {
    const { site } = agent.pending;
    if (site === START_SITE) return;
    const code = world.codes[site] as number;
    if (code === NOW || code === NOTIFY || code === IS_THREAD_GONE) return;
    const at = addressOf(world, agent);
    let known = this.#words.get(at);
    if (known === undefined) {
      known = new Int32Array(2 * (this.#agents + 1));
      this.#words.set(at, known);
    }
    const slot = 2 * (world.dead === undefined ? 0 : world.dead.index + 1);
    const bit = 1 << agent.index;
    const isChange = isChanging(agent, code);
    const isNew = ((known[slot] as number) & bit) === 0 || (isChange && ((known[slot + 1] as number) & bit) === 0);
    if (!isNew) return;
    if (!this.hasLearnt && known.some((bits) => (bits & ~bit) !== 0)) this.hasLearnt = true;
    known[slot] = (known[slot] as number) | bit;
    if (isChange) known[slot + 1] = (known[slot + 1] as number) | bit;
  }
}

/** The agents that look at the word or change it (`changed` 0), or those that change it (1), once `dead - 1` has died. */
function seenOf(known: Int32Array, dead: number, changed: number): number {
  return known[2 * dead + changed] as number;
}

function addressOf(world: World, agent: AgentRun): number {
  const { words, index } = agent.pending;
  return world.addresses.of(words, agent) + index * words.BYTES_PER_ELEMENT;
}

/** Whether the operation would leave another value in the word; in doubt it would. */
function isChanging({ pending: { words, index, a, b } }: AgentRun, code: number): boolean {
  const held = words[index] as number;
  const isPlain = typeof held === 'number' && words instanceof Int32Array;
  switch (code) {
    case STORE:
    case EXCHANGE:
      return !isSame(words, held, a);
    case CAS:
    case COMPARE_EXCHANGE:
      return isSame(words, held, a) && !isSame(words, held, b as number);
    case AND:
      return !isPlain || (held & a) !== held;
    case OR:
      return !isPlain || (held | a) !== held;
    case ADD:
    case SUB:
    case XOR:
    case NEXT_STAMP:
      return !isPlain || (a | 0) !== 0;
    default:
      return false;
  }
}
