/**
 * What is remembered of a buffer's uses: eight words in its slot, which any agent can read to guess when the buffer is
 * needed next. Every use rewrites them; they survive eviction, because the slot does.
 *
 * They are hints. Whoever writes them holds the buffer's lock, whoever reads them may not, and an agent may stop between
 * two stores: so every combination of words decodes to something, and the worst that a torn history costs is a bad guess.
 * The functions work on a copy; loading it from the slot and storing it back is the caller's.
 *
 * | word | |
 * | --- | --- |
 * | V_USED_AT | time of the space at the last use: how many jobs of all clients had started |
 * | V_USED | time of its client at the last use: how many jobs of this client had started |
 * | V_TRAITS | client (16 bits), intervals remembered (4), used at all (1), moves (2), priority (2), no further use (1) |
 * | V_SIZE | room it takes, in a unit of the caller's |
 * | V_INTERVALS.. | the last eight intervals between uses, newest first, 16 bits each: exact below 4096, then within 1/2048, up to 2^27 |
 *
 * Times are 32 bits and wrap; differences are taken modulo 2^32.
 */
import { assert } from '../../base/assert.ts';

export const V_USED_AT = 0;
export const V_USED = 1;
export const V_TRAITS = 2;
export const V_SIZE = 3;
export const V_INTERVALS = 4;
/** Words of a history. */
export const HISTORY_WORDS = 8;
/** Intervals that a history remembers. */
export const intervalsMax = 8;
/** Priorities are 0 to 3; whatever has a lower one is evicted first. */
export const prioritiesMax = 4;

const clientMask = 0xffff;
const countShift = 16;
const countMask = 0xf << countShift;
const usedBit = 1 << 20;
const movesShift = 21;
const movesMask = 3 << movesShift;
const priorityShift = 23;
const priorityMask = 3 << priorityShift;
const finalBit = 1 << 25;

/**
 * How often a buffer's bytes are copied because it was evicted: 0 = nobody needs its contents (never written, discarded,
 * to be overwritten), 1 = they exist elsewhere too, or can be made again, and come back, 2 = they go out and come back.
 */
export type Moves = 0 | 1 | 2;

/** Forgets everything: the slot has a new buffer. */
export function resetHistory(words: Int32Array): void {
  words.fill(0, 0, HISTORY_WORDS);
  setMoves(words, 1);
}

/** `size`: 0 to 2^31 - 1, in a unit of the caller's; the same for all buffers. */
export function setSize(words: Int32Array, size: number): void {
  words[V_SIZE] = size;
}

export function setMoves(words: Int32Array, moves: Moves): void {
  words[V_TRAITS] = (traitsOf(words) & ~movesMask) | (moves << movesShift);
}

/** `priority`: 0 to 3. A buffer is evicted only when nothing of a lower priority is left. */
export function setPriority(words: Int32Array, priority: number): void {
  words[V_TRAITS] = (traitsOf(words) & ~priorityMask) | ((priority << priorityShift) & priorityMask);
}

/** The hint "this was the last use": such a buffer goes first. The next use takes it back. */
export function setFinal(words: Int32Array, isFinal: boolean): void {
  words[V_TRAITS] = isFinal ? traitsOf(words) | finalBit : traitsOf(words) & ~finalBit;
}

/**
 * Notes a use. `client`: whose job it is; `time` and `spaceTime`: the clocks of that client and of the space, as
 * `noteJob` (client-clock.ts) left them when the job started. A second use by the same job changes nothing.
 */
export function noteUse(words: Int32Array, client: number, time: number, spaceTime: number): void {
  const traits = traitsOf(words);
  const interval = (time - (words[V_USED] ?? 0)) | 0;
  let count = countOf(words);
  if ((traits & usedBit) !== 0 && (traits & clientMask) === client && interval > 0) {
    pushInterval(words, interval);
    count = Math.min(count + 1, intervalsMax);
  }
  words[V_TRAITS] =
    (traits & ~(clientMask | countMask | finalBit)) | (client & clientMask) | (count << countShift) | usedBit;
  words[V_USED] = time | 0;
  words[V_USED_AT] = spaceTime | 0;
}

export function isUsed(words: Int32Array): boolean {
  return (traitsOf(words) & usedBit) !== 0;
}

export function isFinal(words: Int32Array): boolean {
  return (traitsOf(words) & finalBit) !== 0;
}

export function clientOf(words: Int32Array): number {
  return traitsOf(words) & clientMask;
}

export function movesOf(words: Int32Array): Moves {
  return Math.min((traitsOf(words) & movesMask) >>> movesShift, 2) as Moves;
}

export function priorityOf(words: Int32Array): number {
  return (traitsOf(words) & priorityMask) >>> priorityShift;
}

/** At least 1, so that whatever is evicted frees something. */
export function sizeOf(words: Int32Array): number {
  return Math.max(words[V_SIZE] ?? 0, 1);
}

/** Intervals remembered: 0 to intervalsMax. */
export function countOf(words: Int32Array): number {
  return Math.min((traitsOf(words) & countMask) >>> countShift, intervalsMax);
}

/** The interval `age` uses ago; 0 is the newest. `age`: below `countOf`. At least 1. */
export function intervalOf(words: Int32Array, age: number): number {
  const word = words[V_INTERVALS + (age >> 1)] ?? 0;
  return Math.max(expanded((age & 1) === 0 ? word & 0xffff : word >>> 16), 1);
}

/** A time read from a word, on a clock that does not wrap and now shows `now`. */
export function unwrapped(word: number, now: number): number {
  return now + ((word - now) | 0);
}

function traitsOf(words: Int32Array): number {
  return words[V_TRAITS] ?? 0;
}

/** All remembered intervals become one use older; the oldest is forgotten. */
function pushInterval(words: Int32Array, interval: number): void {
  let carry = compressed(interval);
  for (let at = V_INTERVALS; at < HISTORY_WORDS; at++) {
    const word = words[at] ?? 0;
    words[at] = (word << 16) | carry;
    carry = word >>> 16;
  }
}

/** 12 bits of mantissa, 4 of exponent; saturates. */
function compressed(interval: number): number {
  const exponent = Math.max(0, 20 - Math.clz32(interval));
  return exponent > 15 ? 0xffff : (interval >>> exponent) | (exponent << 12);
}

function expanded(half: number): number {
  return (half & 0xfff) * 2 ** (half >>> 12);
}

assert(V_INTERVALS + intervalsMax / 2 === HISTORY_WORDS, 'The intervals fill the end of a history.');
