/**
 * What no schedule can go below: a bound on the bytes that any policy moves, one that knows the future too.
 *
 * Room in the heap during each job gets a price. A buffer that stays over the jobs between two of its uses pays for its
 * room; one that leaves pays for being moved. For given prices every buffer by itself has a cheapest way through its uses,
 * which is a shortest path; the sum of all, less the price of the room there is, is at most what any schedule moves, since
 * a schedule that keeps the budget only gains by the deal (weak duality). So every price gives a bound: a search that
 * stops early gives a lower one, never a wrong one.
 *
 * The search raises prices where too much would stay and lowers them where room is left (a subgradient, with momentum).
 */
import { at, DISCARDS, OVERWRITES, type Trace, WRITES } from './trace.ts';

export interface BoundOptions {
  /** Steps of the search. Default: 200. */
  readonly steps?: number;
}

/** The uses of each buffer: which jobs, and how. */
interface Uses {
  readonly jobs: Int32Array;
  readonly flags: Uint8Array;
  /** The job after which it is destroyed, or the last one. */
  readonly end: number;
}

/** Ways into a state: from where (bit 0: dirty), and whether the buffer stayed (bit 1). */
const STAYED = 2;
const WAS_DIRTY = 1;

/** Momentum of the search, how much its steps shrink when they stop helping, and after how many such steps. */
const momentum = 0.6;
const shrink = 0.7;
const patience = 12;

/**
 * @param budget Pages.
 * @param achieved What some schedule moves, in pages: it sets the length of the steps.
 * Outcomes: pages.
 */
export function lowerBound(trace: Trace, budget: number, achieved: number, { steps = 200 }: BoundOptions = {}): number {
  const deal = new Deal(trace, budget);
  const count = trace.jobs.length;
  let [best, stepLength, since] = [0, 1, 0];
  const prices = new Float64Array(count);
  for (let power = -14; power <= -1; power += 0.5) {
    const value = deal.value(new Float64Array(count).fill(2 ** power));
    if (value <= best) continue;
    best = value;
    prices.fill(2 ** power);
  }
  const bestPrices = prices.slice();
  const direction = new Float64Array(count);
  for (let step = 0; step < steps && stepLength > 1e-3; step++) {
    const value = deal.value(prices);
    if (value > best * (1 + 1e-5)) {
      best = value;
      bestPrices.set(prices);
      since = 0;
    } else if (++since >= patience) {
      [stepLength, since] = [stepLength * shrink, 0];
      prices.set(bestPrices);
      direction.fill(0);
      continue;
    }
    let square = 0;
    for (let job = 0; job < count; job++) {
      let towards = at(deal.excess, job) + momentum * at(direction, job);
      if (at(prices, job) <= 0 && towards < 0) towards = 0;
      direction[job] = towards;
      square += towards * towards;
    }
    const length = (stepLength * (achieved - value)) / square;
    if (!(length > 0) || !Number.isFinite(length)) break;
    for (let job = 0; job < count; job++) {
      prices[job] = Math.max(0, at(prices, job) + length * at(direction, job));
    }
  }
  return best;
}

class Deal {
  /** After `value`: by job, how much more would stay than there is room for. */
  readonly excess: Float64Array;
  readonly #trace: Trace;
  readonly #uses: readonly Uses[];
  /** Room that the buffers of a job leave to others. */
  readonly #room: Float64Array;
  /** Prices summed up to and including each job. */
  readonly #sums: Float64Array;
  /** By use of the buffer at hand: the way into the clean and into the dirty state after it. */
  #intoClean: Uint8Array = new Uint8Array(0);
  #intoDirty: Uint8Array = new Uint8Array(0);

  constructor(trace: Trace, budget: number) {
    this.#trace = trace;
    this.#uses = usesOf(trace);
    this.#room = Float64Array.from(trace.jobs, ({ buffers }) => {
      let room = budget;
      for (const buffer of buffers) room -= at(trace.sizes, buffer);
      return room;
    });
    this.#sums = new Float64Array(trace.jobs.length);
    this.excess = new Float64Array(trace.jobs.length);
  }

  /** The bound that these prices give. */
  value(prices: Float64Array): number {
    let value = 0;
    let sum = 0;
    for (let job = 0; job < prices.length; job++) {
      sum += at(prices, job);
      this.#sums[job] = sum;
      value -= at(prices, job) * at(this.#room, job);
    }
    this.excess.fill(0);
    for (let buffer = 0; buffer < this.#uses.length; buffer++) value += this.#cheapest(buffer);
    let staying = 0;
    for (let job = 0; job < prices.length; job++) {
      staying += at(this.excess, job);
      this.excess[job] = staying - at(this.#room, job);
    }
    return value;
  }

  /** The cheapest way of a buffer through its uses. Adds where it stays to `excess`, as differences between jobs. */
  #cheapest(buffer: number): number {
    const { jobs, flags, end } = at(this.#uses, buffer);
    if (jobs.length === 0) return 0;
    if (jobs.length > this.#intoClean.length) {
      this.#intoClean = new Uint8Array(2 * jobs.length);
      this.#intoDirty = new Uint8Array(2 * jobs.length);
    }
    const size = at(this.#trace.sizes, buffer);
    const writes = (use: number): boolean => (at(flags, use) & (WRITES | OVERWRITES)) !== 0;
    let hasContents = !at(this.#trace.isFresh, buffer);
    const first = hasContents && (at(flags, 0) & OVERWRITES) === 0 ? size : 0;
    let [clean, dirty] = writes(0) ? [Number.POSITIVE_INFINITY, first] : [first, Number.POSITIVE_INFINITY];
    hasContents ||= writes(0);
    for (let use = 1; use < jobs.length; use++) {
      const isDiscarded = (at(flags, use - 1) & DISCARDS) !== 0;
      const isReplaced = (at(flags, use) & OVERWRITES) !== 0;
      const stay = size * (at(this.#sums, at(jobs, use) - 1) - at(this.#sums, at(jobs, use - 1)));
      const comeBack = hasContents && !isReplaced && !isDiscarded ? size : 0;
      const goOut = isReplaced || isDiscarded ? 0 : size;
      const [cleanStays, cleanLeaves] = [clean + stay, clean + comeBack];
      const [dirtyStays, dirtyLeaves] = [dirty + stay, dirty + goOut + comeBack];
      let [ends, way] = cleanStays <= cleanLeaves ? [cleanStays, STAYED] : [cleanLeaves, 0];
      if (dirtyLeaves < ends) [ends, way] = [dirtyLeaves, WAS_DIRTY];
      if (writes(use)) {
        if (dirtyStays < ends) [ends, way] = [dirtyStays, STAYED | WAS_DIRTY];
        [clean, dirty] = [Number.POSITIVE_INFINITY, ends];
        this.#intoDirty[use] = way;
        hasContents = true;
      } else {
        [clean, dirty] = [ends, dirtyStays];
        this.#intoClean[use] = way;
        this.#intoDirty[use] = STAYED | WAS_DIRTY;
      }
    }
    return this.#afterLast(jobs, end, size, clean, dirty, (at(flags, jobs.length - 1) & DISCARDS) !== 0);
  }

  /** After the last use a dirty buffer stays to the end or goes out; then the cheapest way is followed back. */
  #afterLast(jobs: Int32Array, end: number, size: number, clean: number, dirty: number, isDiscarded: boolean): number {
    const last = at(jobs, jobs.length - 1);
    const stays = dirty + size * (at(this.#sums, end) - at(this.#sums, last));
    const leaves = dirty + (isDiscarded ? 0 : size);
    let isDirty = Math.min(stays, leaves) < clean;
    if (isDirty && stays < leaves) this.#noteStay(last, end + 1, size);
    for (let use = jobs.length - 1; use > 0; use--) {
      const way = isDirty ? at(this.#intoDirty, use) : at(this.#intoClean, use);
      if ((way & STAYED) !== 0) this.#noteStay(at(jobs, use - 1), at(jobs, use), size);
      isDirty = (way & WAS_DIRTY) !== 0;
    }
    return Math.min(clean, stays, leaves);
  }

  /** It stays during the jobs between these two. */
  #noteStay(after: number, before: number, size: number): void {
    if (before - after < 2) return;
    this.excess[after + 1] = at(this.excess, after + 1) + size;
    if (before < this.excess.length) this.excess[before] = at(this.excess, before) - size;
  }
}

function usesOf({ sizes, jobs }: Trace): readonly Uses[] {
  const lists = sizes.map((): { jobs: number[]; flags: number[]; end: number } => ({
    jobs: [],
    flags: [],
    end: jobs.length - 1,
  }));
  jobs.forEach(({ buffers, flags, frees }, index) => {
    buffers.forEach((buffer, use) => {
      at(lists, buffer).jobs.push(index);
      at(lists, buffer).flags.push(at(flags, use));
    });
    for (const buffer of frees) at(lists, buffer).end = index;
  });
  return lists.map(({ jobs, flags, end }) => ({ jobs: Int32Array.from(jobs), flags: Uint8Array.from(flags), end }));
}
