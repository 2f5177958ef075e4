/** Seeded random scheduling, and PCT (random priorities with few change points, Burckhardt et al., ASPLOS 2010). */
import { END, EXPIRE, KILL } from './choices.ts';
import type { Options, Strategy } from './strategy.ts';
import { bitCount, lowestBit } from './strategy.ts';
import type { World } from './world.ts';

/** xorshift128: the same numbers everywhere from one seed. */
export class Random {
  #a: number;
  #b: number;
  #c: number = 0x9e3779b9 | 0;
  #d: number = 0x243f6a88;

  constructor(seed: number) {
    this.#a = seed | 0;
    this.#b = Math.floor(seed / 2 ** 32) | 1; // never all zero
    for (let i = 0; i < 16; i++) this.below(2);
  }

  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number {
    let t = this.#d;
    const s = this.#a;
    this.#d = this.#c;
    this.#c = this.#b;
    this.#b = s;
    t ^= t << 11;
    t ^= t >>> 8;
    this.#a = t ^ s ^ (s >>> 19);
    return (this.#a >>> 1) % limit;
  }
}

/** Who dies in an execution, and before which of its operations. */
class Victim {
  readonly #random: Random;
  /** By agent: the most operations seen. */
  readonly #longest: number[] = [];
  #bit: number = 0;
  #at: number = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** One of the killable agents, uniformly over its operations as far as known; one execution in ten kills nobody. */
  draw(killable: readonly number[]): void {
    this.#bit = 0;
    if (killable.length === 0 || this.#random.below(10) === 0) return;
    const agent = killable[this.#random.below(killable.length)] as number;
    this.#bit = 1 << agent;
    this.#at = this.#random.below((this.#longest[agent] ?? 0) + 2);
  }

  isDue(world: World, kill: number): boolean {
    if (kill === 0) return false;
    const index = lowestBit(kill);
    const operations = world.agents[index]?.operations ?? 0;
    if (operations > (this.#longest[index] ?? 0)) this.#longest[index] = operations;
    if ((kill & this.#bit) === 0) return false;
    return (world.agents[lowestBit(this.#bit)]?.operations ?? 0) >= this.#at;
  }

  choice(): number {
    return KILL + lowestBit(this.#bit);
  }
}

export class RandomStrategy implements Strategy {
  readonly states: number = 0;
  readonly isRepeating: boolean = false;
  readonly asksAlways: boolean = false;
  readonly #random: Random;
  readonly #victim: Victim;
  readonly #killable: readonly number[];

  constructor(seed: number, killable: readonly number[]) {
    this.#random = new Random(seed);
    this.#victim = new Victim(this.#random);
    this.#killable = killable;
  }

  next(): boolean {
    this.#victim.draw(this.#killable);
    return true;
  }

  choose(world: World, { run, kill, expire, mayEnd }: Options): number {
    if (kill !== 0 && this.#victim.isDue(world, kill)) return this.#victim.choice();
    if (mayEnd) return END;
    if (expire !== 0 && (run === 0 || this.#random.below(8) === 0)) return EXPIRE + this.#pick(expire);
    return this.#pick(run);
  }

  #pick(bits: number): number {
    let rest = bits;
    for (let skip = this.#random.below(bitCount(bits)); skip > 0; skip--) rest &= rest - 1;
    return lowestBit(rest);
  }
}

export class PctStrategy implements Strategy {
  readonly states: number = 0;
  readonly isRepeating: boolean = false;
  readonly asksAlways: boolean = false;
  readonly #random: Random;
  readonly #victim: Victim;
  readonly #killable: readonly number[];
  readonly #depth: number;
  #priorities: number[] = [];
  #changes: number[] = [];
  #longest: number = 10;
  #lowest: number = 0;
  #decisions: number = 0;

  constructor(seed: number, killable: readonly number[], depth: number) {
    this.#random = new Random(seed);
    this.#victim = new Victim(this.#random);
    this.#killable = killable;
    this.#depth = depth;
  }

  next(): boolean {
    this.#longest = Math.max(this.#longest, this.#decisions);
    this.#decisions = 0;
    this.#lowest = 0;
    this.#victim.draw(this.#killable);
    this.#priorities = Array.from({ length: 32 }, () => this.#random.below(2 ** 20) + 1);
    this.#changes = Array.from({ length: this.#depth - 1 }, () => this.#random.below(this.#longest));
    return true;
  }

  choose(world: World, { run, kill, expire, mayEnd }: Options): number {
    if (kill !== 0 && this.#victim.isDue(world, kill)) return this.#victim.choice();
    if (mayEnd) return END;
    if (run === 0 || (expire !== 0 && this.#random.below(16) === 0)) return EXPIRE + lowestBit(expire);
    if (this.#changes.includes(this.#decisions++)) this.#priorities[this.#highest(run)] = --this.#lowest;
    return this.#highest(run);
  }

  #highest(bits: number): number {
    let best = lowestBit(bits);
    for (let rest = bits; rest !== 0; rest &= rest - 1) {
      const one = lowestBit(rest);
      if ((this.#priorities[one] as number) > (this.#priorities[best] as number)) best = one;
    }
    return best;
  }
}
