/** A writer that passes the borders of the two words of a sequence number, and readers that must see no nonsense. */
import assert from 'node:assert/strict';
import { load, store } from '#fenceline/cells/cell.js';
import { isReached, readSeqno, writeSeqno } from '#fenceline/fence/seqno.js';
import { newWorld, scratchAt, type World, type WorldSize } from '../world.ts';

const lo = 0;
const epoch = 1;
/** How many values the writer has begun to write, and has written. */
const begun = 2;
const written = 3;

/** The first value is there from the start. */
export function newNumber(size: WorldSize, values: readonly number[]): World {
  const world = newWorld(size);
  const { words } = world.memory;
  writeSeqno(words, scratchAt(world, lo), scratchAt(world, epoch), 0, values[0] ?? 0);
  return world;
}

export function write(world: World, values: readonly number[]): void {
  const { words } = world.memory;
  let at = load(words, scratchAt(world, epoch));
  for (let count = 1; count < values.length; count++) {
    store(words, scratchAt(world, begun), count);
    at = writeSeqno(words, scratchAt(world, lo), scratchAt(world, epoch), at, values[count] ?? 0);
    store(words, scratchAt(world, written), count);
  }
}

/** Outcomes: the value read, which lies between what was written before and what was begun after. */
export function read(world: World, values: readonly number[]): number {
  const { words } = world.memory;
  const [least, value, most] = [
    values[load(words, scratchAt(world, written))] ?? 0,
    readSeqno(words, scratchAt(world, lo), scratchAt(world, epoch)),
    values[load(words, scratchAt(world, begun))] ?? 0,
  ];
  assert(values.includes(value) || value % 2 ** 30 === 0, `A reader sees ${value}, which was never written.`);
  assert(value >= least && value <= most, `A reader sees ${value}; it lies between ${least} and ${most}.`);
  return value;
}

/** Whether a number is reached. */
export function isAt(world: World, target: number): boolean {
  return isReached(world.memory.words, scratchAt(world, lo), scratchAt(world, epoch), target);
}

/** Whether a number is reached: yes is right from the moment of the call on, no was right at some moment of it. */
export function ask(world: World, values: readonly number[], target: number): boolean {
  const { words } = world.memory;
  const least = values[load(words, scratchAt(world, written))] ?? 0;
  const answer = isReached(words, scratchAt(world, lo), scratchAt(world, epoch), target);
  const most = values[load(words, scratchAt(world, begun))] ?? 0;
  if (answer) assert(target <= most, `${target} is said to be reached while at most ${most} was written.`);
  else assert(target > least, `${target} is said not to be reached after ${least} was written.`);
  return answer;
}
