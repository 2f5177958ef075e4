/**
 * The vacant blocks of a heap by size class: doubly linked lists behind a bitmap of two levels (TLSF). Derived from
 * the chain: a repair empties all of it with one store and lists every vacant block again.
 *
 * A word of class bits means something only while its bit in P_SUMMARY is set, a list head only while its class bit
 * is set. Hence `clearBins` is one store, and a list is born with its first block.
 *
 * Context of everything here: the heap's lock is held.
 * Not here: the chain itself.
 */
import { K_BIN_NEXT, K_BIN_PREVIOUS, P_CLASSES, P_HEADS, P_SUMMARY } from '../base/layout.ts';
import { load, store } from '../cells/cell.ts';
import type { Memory } from '../cells/memory.ts';
import { blockAt, blockEnd, blockStart } from './block-chain.ts';
import { classHolding, classOf, unitsMax } from './size-class.ts';

/** How many blocks of the very class are looked at before larger ones are cut: equal sizes come and go. */
const closeLooks = 8;

/** Forgets all lists of the heap at word `heap`. */
export function clearBins(memory: Memory, heap: number): void {
  store(memory.words, heap + P_SUMMARY, 0);
}

/** Lists a vacant block of this size. */
export function listBlock(memory: Memory, heap: number, block: number, units: number): void {
  const { words } = memory;
  const size = classOf(units);
  const bit = 1 << (size & 31);
  const summary = load(words, heap + P_SUMMARY);
  const bits = bitsIn(memory, heap, summary, size >>> 5);
  const head = (bits & bit) !== 0 ? load(words, heap + P_HEADS + size) : 0;
  store(words, blockAt(memory, block) + K_BIN_NEXT, head);
  store(words, blockAt(memory, block) + K_BIN_PREVIOUS, 0);
  if (head !== 0) store(words, blockAt(memory, head - 1) + K_BIN_PREVIOUS, block + 1);
  store(words, heap + P_HEADS + size, block + 1);
  if ((bits & bit) === 0) store(words, heap + P_CLASSES + (size >>> 5), bits | bit);
  if (bits === 0) store(words, heap + P_SUMMARY, summary | (1 << (size >>> 5)));
}

/** Takes a block off its list. `units`: the size it was listed with. */
export function unlistBlock(memory: Memory, heap: number, block: number, units: number): void {
  const { words } = memory;
  const next = load(words, blockAt(memory, block) + K_BIN_NEXT);
  const previous = load(words, blockAt(memory, block) + K_BIN_PREVIOUS);
  if (next !== 0) store(words, blockAt(memory, next - 1) + K_BIN_PREVIOUS, previous);
  if (previous !== 0) {
    store(words, blockAt(memory, previous - 1) + K_BIN_NEXT, next);
    return;
  }
  const size = classOf(units);
  if (next !== 0) {
    store(words, heap + P_HEADS + size, next);
    return;
  }
  const summary = load(words, heap + P_SUMMARY);
  const bits = load(words, heap + P_CLASSES + (size >>> 5)) & ~(1 << (size & 31));
  store(words, heap + P_CLASSES + (size >>> 5), bits);
  if (bits === 0) store(words, heap + P_SUMMARY, summary & ~(1 << (size >>> 5)));
}

/**
 * A vacant block that holds `units` from a multiple of `alignUnits` on. Good fit in constant time: a few of the very
 * class, else the least larger class, of which any block will do. Only when all that fails are the classes between,
 * whose blocks may or may not do, walked to their end. Outcomes: the block, or -1 if there is none, exactly.
 */
export function findVacant(memory: Memory, heap: number, units: number, alignUnits: number): number {
  const lowest = classOf(units);
  const close = firstFit(memory, heap, lowest, units, alignUnits, closeLooks);
  if (close >= 0) return close;
  const widest = units + alignUnits - 1;
  const sure = widest > unitsMax ? -1 : firstClass(memory, heap, classHolding(widest));
  if (sure >= 0) return load(memory.words, heap + P_HEADS + sure) - 1;
  for (let size = firstClass(memory, heap, lowest); size >= 0; size = firstClass(memory, heap, size + 1)) {
    const block = firstFit(memory, heap, size, units, alignUnits, Number.POSITIVE_INFINITY);
    if (block >= 0) return block;
  }
  return -1;
}

/** Where the part of a block that is aligned to `alignUnits` starts. */
export function alignedStart(start: number, alignUnits: number): number {
  return Math.ceil(start / alignUnits) * alignUnits;
}

function firstFit(
  memory: Memory,
  heap: number,
  size: number,
  units: number,
  alignUnits: number,
  looksMax: number,
): number {
  const summary = load(memory.words, heap + P_SUMMARY);
  if ((bitsIn(memory, heap, summary, size >>> 5) & (1 << (size & 31))) === 0) return -1;
  let block = load(memory.words, heap + P_HEADS + size) - 1;
  for (let look = 0; block >= 0 && look < looksMax; look++) {
    const start = alignedStart(blockStart(memory, block), alignUnits);
    if (start + units <= blockEnd(memory, heap, block)) return block;
    block = nextListed(memory, block);
  }
  return -1;
}

function nextListed(memory: Memory, block: number): number {
  return load(memory.words, blockAt(memory, block) + K_BIN_NEXT) - 1;
}

/** The least class from `from` on that has a block, or -1. */
function firstClass(memory: Memory, heap: number, from: number): number {
  const summary = load(memory.words, heap + P_SUMMARY);
  for (let word = from >>> 5; summary >>> word !== 0 && word < 8; word++) {
    let bits = bitsIn(memory, heap, summary, word);
    if (word === from >>> 5) bits &= -1 << (from & 31);
    if (bits !== 0) return word * 32 + 31 - Math.clz32(bits & -bits);
  }
  return -1;
}

function bitsIn(memory: Memory, heap: number, summary: number, word: number): number {
  return ((summary >>> word) & 1) === 0 ? 0 : load(memory.words, heap + P_CLASSES + word);
}
