/** What a strategy is asked: which of several things happens next. */
import type { World } from './world.ts';

/** What can happen next, as bits by agent. */
export interface Options {
  run: number;
  kill: number;
  expire: number;
  /** Nobody can go on: the execution may end here, though somebody could still be killed. */
  mayEnd: boolean;
}

/** The state was explored before: nothing new can follow. */
export const PRUNE = -1;

export interface Strategy {
  /** Prepares the next execution. False: there is none left. */
  next(): boolean;
  /** Chooses among two or more options; see choices.ts. */
  choose(world: World, options: Options): number;
  /** Asked at every step, also where there is only one option. */
  readonly asksAlways: boolean;
  /** The execution is still on a way that was gone and checked before. */
  readonly isRepeating: boolean;
  /** Different states met. */
  readonly states: number;
}

export function bitCount(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++;
  return count;
}

export function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}
