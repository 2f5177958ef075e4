// What a run says when it is over: the same facts as sentences or as one JSON object.
import { printBytes } from '../base/units.ts';
import type { SpaceFigures } from './stats.ts';

/** The figures of one run, which `--json` prints as they stand here. */
export interface Summary extends SpaceFigures {
  readonly pipeline: string;
  readonly inputs: number;
  readonly items: number;
  readonly seconds: number;
  readonly itemsPerSecond: number;
  readonly workers: number;
  readonly budgetBytes: number;
  /** Room beyond the budget, for what no job needs; 0: none. */
  readonly swapBytes: number;
  /** Memory of the whole process at its highest, as the operating system counts it. */
  readonly peakProcessBytes: number;
  readonly out: string;
  readonly outputs: readonly string[];
  readonly writtenBytes: number;
  readonly trace: string | undefined;
  readonly memory: string | undefined;
}

export function printSummary(summary: Summary): string {
  const { items, seconds, itemsPerSecond, workers, outputs, out, jobs, waits } = summary;
  const lines = [
    `${count(items, 'item')} in ${seconds.toFixed(2)} s (${itemsPerSecond.toFixed(1)} items/s) with ${count(workers, 'worker')}`,
    `${count(outputs.length, 'file')} in ${out} (${printBytes(summary.writtenBytes)})`,
    `${printBytes(summary.bytesShared)} shared with workers in place, ${printBytes(summary.bytesCopied)} copied in and out`,
    `peak heap ${printBytes(summary.peakHeapBytes)} of ${printBytes(summary.budgetBytes)}, ${count(jobs, 'job')}, ${count(waits, 'wait')} for memory or a lock`,
  ];
  if (summary.swapBytes > 0) {
    const most = `${printBytes(summary.peakSwapBytes)} of ${printBytes(summary.swapBytes)}`;
    lines.push(`at most ${most} swapped out, ${summary.evictions} evicted, ${summary.swapIns} swapped in`);
  }
  if (summary.leftHeapBytes > 0) lines.push(`${printBytes(summary.leftHeapBytes)} of the heap were never disposed of`);
  if (summary.trace !== undefined) lines.push(`trace in ${summary.trace}`);
  if (summary.memory !== undefined) lines.push(`memory at its fullest in ${summary.memory}`);
  return lines.join('\n');
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
