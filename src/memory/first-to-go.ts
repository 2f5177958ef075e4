/**
 * Which of two buffers leaves memory first where no policy says otherwise: the one of lower priority, then the one that was
 * used longer ago (Linux: the LRU lists of ttm_resource.c, one a priority).
 *
 * Not here: clients (victim-order.ts), and what a policy knows of their next use (policy/).
 */
import { B_LAST_USE, B_PRIORITY, H_SUBMITTED } from '../base/layout.ts';
import { bufferAt } from '../buffer/buffer.ts';
import { load } from '../cells/cell.ts';
import type { Memory } from '../cells/memory.ts';

/** A buffer that may leave, as it was at one moment. */
export interface Leaver {
  readonly buffer: number;
  /** Its word: ordered as the numbers are. */
  readonly priority: number;
  /** Jobs submitted since one used it. */
  readonly age: number;
}

/** Numbers of jobs wrap: ages of one moment are compared, never the numbers. */
export function leaversOf(memory: Memory, buffers: readonly number[]): Leaver[] {
  const { words } = memory;
  const moment = load(words, H_SUBMITTED);
  const leavers: Leaver[] = [];
  for (const buffer of buffers) {
    const at = bufferAt(memory, buffer);
    leavers.push({ buffer, priority: load(words, at + B_PRIORITY), age: (moment - load(words, at + B_LAST_USE)) | 0 });
  }
  return leavers;
}

/**
 * Sorts those that go first to the front. Equals stay in the order given: in a device that is the order in which they came, so
 * that those who need its memory in turn, and submit no jobs, do not put out the same one each time.
 */
export function whoGoesFirst(a: Leaver, b: Leaver): number {
  return a.priority - b.priority || b.age - a.age;
}
