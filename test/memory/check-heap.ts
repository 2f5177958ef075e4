/**
 * An independent reader of a heap: walks the words by its own rules and says what is wrong. It reads plainly, so that
 * explorations can run it as one step.
 */
import {
  AC_BUDGET,
  AC_PEAK,
  AC_USED,
  ACCOUNT_WORDS,
  BLOCK_WORDS,
  HEAP_WORDS,
  K_BIN_NEXT,
  K_BIN_PREVIOUS,
  K_CLIENT,
  K_HEAP,
  K_NEXT,
  K_OWNER,
  K_PREVIOUS,
  K_START,
  K_STATE,
  P_BUDGET,
  P_CAPACITY,
  P_CLASSES,
  P_FIRST,
  P_HEADS,
  P_LOCK,
  P_PEAK,
  P_SUMMARY,
  P_USED,
} from '#fenceline/base/layout.js';
import type { Memory } from '#fenceline/cells/memory.js';

export interface Piece {
  readonly block: number;
  readonly start: number;
  readonly end: number;
  /** As in cells/slot.ts: 1 taken by an agent, 2 live, 3 closing, 4 vacant. */
  readonly state: number;
  readonly agent: number;
  readonly owner: number;
}

const FREE = 0;
const TAKEN = 1;
const LIVE = 2;
const CLOSING = 3;
const VACANT = 4;

/** The chain in order of address. Throws unless it covers the heap exactly: right at every instant. */
export function piecesOf(memory: Memory, heapIndex: number): readonly Piece[] {
  const { words, layout } = memory;
  const at = layout.heaps + heapIndex * HEAP_WORDS;
  const capacity = word(words, at + P_CAPACITY);
  const pieces: Piece[] = [];
  let from = 0;
  let next = word(words, at + P_FIRST);
  must(next > 0, 'the heap has a first block');
  while (next > 0) {
    must(pieces.length < layout.limits.blocks, 'the chain ends');
    const block = next - 1;
    const k = layout.blocks + block * BLOCK_WORDS;
    next = word(words, k + K_NEXT);
    const end = next > 0 ? word(words, layout.blocks + (next - 1) * BLOCK_WORDS + K_START) : capacity;
    const state = word(words, k + K_STATE);
    must(word(words, k + K_START) === from, `block ${block} starts at ${from}`);
    must(end > from && end <= capacity, `block ${block} ends (${end}) behind its start (${from}) and in the heap`);
    must((state & 7) !== FREE, `block ${block} of the chain is not free`);
    must(word(words, k + K_HEAP) === heapIndex, `block ${block} knows its heap`);
    const [agent, owner] = [(state >>> 3) & 63, word(words, k + K_OWNER)];
    pieces.push({ block, start: from, end, state: state & 7, agent, owner });
    from = end;
  }
  must(from === capacity, `the chain ends (${from}) at the capacity (${capacity})`);
  return pieces;
}

/** Throws unless all heaps are as they are at rest: nothing lost, links and lists right, accounting exact. */
export function checkAtRest(memory: Memory): void {
  const { words, layout } = memory;
  const inChain = new Set<number>();
  for (let heap = 0; heap < layout.limits.heaps; heap++) {
    if (word(words, layout.heaps + heap * HEAP_WORDS + P_FIRST) === 0) continue;
    for (const { block } of checkHeap(memory, heap)) inChain.add(block);
  }
  for (let block = 0; block < layout.limits.blocks; block++) {
    const state = word(words, layout.blocks + block * BLOCK_WORDS + K_STATE) & 7;
    must(inChain.has(block) || state === FREE, `descriptor ${block} (state ${state}) is in a chain or free`);
  }
  checkAccounts(memory);
}

/** Throws unless what every open account has in use is the sum of the blocks of the system heap that carry its token. */
export function checkAccounts(memory: Memory): void {
  const { words, layout } = memory;
  if (word(words, layout.heaps + P_FIRST) === 0) return;
  const used = new Map<number, number>();
  for (const { block, start, end, state } of piecesOf(memory, 0)) {
    if (state === VACANT) continue;
    const token = word(words, layout.blocks + block * BLOCK_WORDS + K_CLIENT);
    used.set(token, (used.get(token) ?? 0) + end - start);
  }
  for (let account = 0; account < layout.limits.clients; account++) {
    const at = layout.accounts + account * ACCOUNT_WORDS;
    const state = word(words, at);
    if ((state & 7) !== LIVE) continue;
    const sum = used.get((account + 1) | ((state >>> 9) << 9)) ?? 0;
    const counted = word(words, at + AC_USED);
    must(counted === sum, `account ${account} has as much in use (${counted}) as its blocks are long (${sum})`);
    must(sum <= word(words, at + AC_PEAK), `the peak of account ${account} is no less than what is used`);
    const budget = word(words, at + AC_BUDGET);
    must(budget < 0 || word(words, at + AC_PEAK) <= budget, `the peak of account ${account} is within its budget`);
  }
}

function checkHeap(memory: Memory, heapIndex: number): readonly Piece[] {
  const { words, layout } = memory;
  const at = layout.heaps + heapIndex * HEAP_WORDS;
  const pieces = piecesOf(memory, heapIndex);
  let [used, left] = [0, -1];
  const listed = listedIn(memory, at);
  must(word(words, at + P_LOCK) === 0, 'nobody holds the lock');
  pieces.forEach((piece, index) => {
    const { block, start, end, state, owner } = piece;
    const isVacant = state === VACANT;
    if (!isVacant) used += end - start;
    must(
      word(words, layout.blocks + block * BLOCK_WORDS + K_PREVIOUS) === left + 1,
      `block ${block} knows its left one`,
    );
    must(!isVacant || pieces[index + 1]?.state !== VACANT, `vacant block ${block} is merged with its neighbour`);
    must(isVacant === (owner === 0), `block ${block} has an owner (${owner}) exactly if it is in use`);
    must(listed.get(block) === (isVacant ? sizeClass(end - start) : undefined), `block ${block} is listed by its size`);
    must(state !== CLOSING, `block ${block} is not on its way out`);
    left = block;
  });
  must(listed.size === pieces.filter(({ state }) => state === VACANT).length, 'nothing else is listed');
  must(word(words, at + P_USED) === used, `used (${word(words, at + P_USED)}) is the sum of blocks in use (${used})`);
  must(used <= word(words, at + P_PEAK), 'the peak is no less than what is used');
  must(word(words, at + P_PEAK) <= word(words, at + P_BUDGET), 'the peak is within the budget');
  return pieces;
}

/** Blocks on lists, each with the class of its list. */
function listedIn(memory: Memory, at: number): Map<number, number> {
  const { words, layout } = memory;
  const listed = new Map<number, number>();
  for (let size = 0; size < 256; size++) {
    const isSummed = ((word(words, at + P_SUMMARY) >>> (size >>> 5)) & 1) === 1;
    if (!isSummed || ((word(words, at + P_CLASSES + (size >>> 5)) >>> (size & 31)) & 1) === 0) continue;
    let previous = 0;
    let next = word(words, at + P_HEADS + size);
    must(next > 0, `class ${size} has a block`);
    while (next > 0) {
      must(!listed.has(next - 1), `block ${next - 1} is listed once`);
      listed.set(next - 1, size);
      const k = layout.blocks + (next - 1) * BLOCK_WORDS;
      must(word(words, k + K_BIN_PREVIOUS) === previous, `block ${next - 1} knows who is before it on the list`);
      previous = next;
      next = word(words, k + K_BIN_NEXT);
    }
  }
  return listed;
}

/** Written down a second time, in other words: eight classes per power of two from 8 units on. */
function sizeClass(units: number): number {
  if (units < 8) return units;
  const power = Math.floor(Math.log2(units));
  return (power - 2) * 8 + Math.floor((units - 2 ** power) / 2 ** (power - 3));
}

/** Whether any block names an agent: taken and not committed. */
export function isAnyTaken(memory: Memory, heapIndex: number): boolean {
  return piecesOf(memory, heapIndex).some(({ state }) => state === TAKEN);
}

function word(words: Int32Array, index: number): number {
  return words[index] ?? Number.NaN;
}

function must(condition: boolean, sentence: string): void {
  if (!condition) throw new Error(`It does not hold that ${sentence}.`);
}
