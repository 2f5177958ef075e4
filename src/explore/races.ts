/**
 * Data races on plain accesses of shared arrays, by vector clocks: two accesses of one element by different agents, at
 * least one a write, at least one plain, and no chain of atomic operations between them.
 *
 * An atomic load takes over the clock of the last store to that word; a read-modify-write takes over and passes on. What
 * `setup` wrote is ordered before everything. Not seen: reads by methods of arrays (slice, iteration), and arrays of two
 * element sizes over the same bytes.
 */
import type { AgentRun, Cells, Pending } from './agent-run.ts';
import { DEAD } from './agent-run.ts';
import { foldLow, mixLow } from './fingerprint.ts';
import { isSame } from './operate.ts';
import { CAS, COMPARE_EXCHANGE, IS_THREAD_GONE, isLook, LOAD, NOTIFY, NOW, STORE } from './operations.ts';
import type { World } from './world.ts';

const READ = 0;
const WRITE = 1;
const ATOMIC_READ = 2;
const ATOMIC_WRITE = 3;
const verbs: readonly string[] = ['read', 'written', 'atomically read', 'atomically written'];

/** Which kinds of an earlier access race with a later one of the index's kind. */
const against: readonly (readonly number[])[] = [
  [WRITE, ATOMIC_WRITE],
  [READ, WRITE, ATOMIC_READ, ATOMIC_WRITE],
  [WRITE],
  [READ, WRITE],
];

/** The accesses of one element: by kind and agent, the agent's clock (0: none) and the site. */
interface Element {
  readonly clocks: Int32Array;
  readonly sites: Int32Array;
}

export class Races {
  readonly #world: World;
  readonly #count: number;
  readonly #clocks: Int32Array[];
  readonly #released: Map<number, Int32Array> = new Map();
  readonly #elements: Map<number, Element> = new Map();
  readonly #describe: (site: number) => string;
  #hash: number = 0;

  constructor(world: World, describe: (site: number) => string) {
    this.#world = world;
    this.#count = world.agents.length;
    this.#describe = describe;
    this.#clocks = world.agents.map(() => new Int32Array(this.#count));
    this.reset();
  }

  reset(): void {
    this.#released.clear();
    this.#elements.clear();
    this.#hash = 0;
    this.#clocks.forEach((clock, index) => {
      clock.fill(0);
      clock[index] = 1;
    });
  }

  /** Everything that decides which races later steps can meet. */
  fingerprint(): number {
    let hash = this.#hash;
    for (const clock of this.#clocks) hash = foldLow(hash, hashOf(clock));
    return hash;
  }

  operation(agent: AgentRun, { words, index, site, a }: Pending, code: number): void {
    if (code === NOW || code === NOTIFY) return;
    if (code === IS_THREAD_GONE) {
      if (this.#world.dead?.status === DEAD) this.joined(agent, this.#world.dead);
      return;
    }
    const at = this.#world.addresses.of(words, agent) + index * words.BYTES_PER_ELEMENT;
    const isExchange = code === CAS || code === COMPARE_EXCHANGE;
    const isWrite = isExchange ? isSame(words, words[index] as number, a) : !isLook(code) && code <= LAST_MODIFYING;
    this.#access(agent, words, index, at, site, isWrite ? ATOMIC_WRITE : ATOMIC_READ);
    const clock = this.#clockOf(agent);
    const released = this.#released.get(at);
    if (code !== STORE && released !== undefined) join(clock, released);
    if (!isWrite || code === LOAD) return;
    const passed = Int32Array.from(clock);
    this.#hash ^= (released === undefined ? 0 : mixLow(at, hashOf(released))) ^ mixLow(at, hashOf(passed));
    this.#released.set(at, passed);
    clock[agent.index] = (clock[agent.index] as number) + 1;
  }

  /** A plain access of an element. */
  plain(agent: AgentRun, target: Cells, index: number, site: number, isWrite: boolean): void {
    const at = this.#world.addresses.of(target, agent) + index * target.BYTES_PER_ELEMENT;
    this.#access(agent, target, index, at, site, isWrite ? WRITE : READ);
  }

  /** All that `before` did is ordered before what `after` does now: a proof of its stop. */
  joined(after: AgentRun, before: AgentRun): void {
    join(this.#clockOf(after), this.#clockOf(before));
  }

  #access(agent: AgentRun, target: Cells, index: number, at: number, site: number, kind: number): void {
    let element = this.#elements.get(at);
    if (element === undefined) {
      element = { clocks: new Int32Array(4 * this.#count), sites: new Int32Array(4 * this.#count) };
      this.#elements.set(at, element);
    }
    const clock = this.#clockOf(agent);
    for (const earlier of against[kind] as readonly number[]) {
      for (let other = 0; other < this.#count; other++) {
        const slot = earlier * this.#count + other;
        if (other === agent.index || (element.clocks[slot] as number) <= (clock[other] as number)) continue;
        this.#report(agent, target, index, site, kind, earlier, other, element.sites[slot] as number);
      }
    }
    const slot = kind * this.#count + agent.index;
    const mark = clock[agent.index] as number;
    if (element.clocks[slot] === mark) return;
    this.#hash ^= mixLow(at + kind, foldLow(agent.index, element.clocks[slot] as number));
    this.#hash ^= mixLow(at + kind, foldLow(agent.index, mark));
    element.clocks[slot] = mark;
    element.sites[slot] = site;
  }

  #report(
    agent: AgentRun,
    target: Cells,
    index: number,
    site: number,
    kind: number,
    earlier: number,
    other: number,
    otherSite: number,
  ): void {
    const first = this.#world.agents[other] as AgentRun;
    const name = this.#world.settings.parts.describeWord?.(target, index);
    const what = name ?? `Element ${index} of a ${target.constructor.name} at byte ${target.byteOffset}`;
    this.#world.fail(
      'race',
      `${what} is ${verbs[earlier]} by ${first.name} (${this.#describe(otherSite)}) and ${verbs[kind]} by ${agent.name} ` +
        `(${this.#describe(site)}), and no atomic operation orders the two.`,
    );
  }

  #clockOf(agent: AgentRun): Int32Array {
    return this.#clocks[agent.index] as Int32Array;
  }
}

/** Operation codes up to NEXT_STAMP modify a word; those after it only wait or look. */
const LAST_MODIFYING = 10;

function join(into: Int32Array, from: Int32Array): void {
  for (let i = 0; i < into.length; i++) if ((from[i] as number) > (into[i] as number)) into[i] = from[i] as number;
}

function hashOf(clock: Int32Array): number {
  let hash = 0;
  for (const one of clock) hash = foldLow(hash, one);
  return hash;
}
