/**
 * Scatter-gather lists: where the bytes of a buffer are, as plain data (Linux: sg_table).
 *
 * Runs that follow one another are one run, so that a device gets as few as there are. What an address means is for the
 * exporter and its importers: it is counted in bytes, on the bus that it names. Source: lib/scatterlist.c,
 * sg_alloc_append_table_from_pages. Not here: who gives addresses out (exporter.ts).
 */
import { fail } from '../base/errors.ts';

/** Bytes that follow one another. */
export interface SgRun {
  /** Of the first byte: a whole number, from 0 on. */
  readonly address: number;
  /** At least 1. */
  readonly sizeBytes: number;
  /** Whose addresses these are: a heap, a device, a link between two. Runs of different ones never join. Default: one that all share. */
  readonly bus?: string;
}

/** Runs in the order of the buffer's bytes; none could be joined to the one before it. */
export type SgList = readonly SgRun[];

/** Joins runs that follow one another. Outcomes: the list; EINVAL for a run that is none. */
export function sgList(runs: Iterable<SgRun>): SgList {
  const list: SgRun[] = [];
  for (const run of runs) {
    checkRun(run);
    const last = list.at(-1);
    if (last !== undefined && last.bus === run.bus && last.address + last.sizeBytes === run.address) {
      list[list.length - 1] = { ...last, sizeBytes: last.sizeBytes + run.sizeBytes };
    } else {
      list.push(run);
    }
  }
  return list;
}

/** The list of pages, by number: page n begins at n x `pageBytes`. Outcomes: as `sgList`. */
export function sgOfPages(pages: Iterable<number>, pageBytes: number = 4096, bus?: string): SgList {
  const runs: SgRun[] = [];
  for (const page of pages) {
    const run = { address: page * pageBytes, sizeBytes: pageBytes };
    runs.push(bus === undefined ? run : { ...run, bus });
  }
  return sgList(runs);
}

/** How many bytes the list has. */
export function sgBytes(list: SgList): number {
  return list.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

/** The part of a list that has `sizeBytes` bytes from `offsetBytes` on. Outcomes: the list; EINVAL beyond its end. */
export function sgSlice(list: SgList, offsetBytes: number, sizeBytes: number): SgList {
  const isThere = isCount(offsetBytes) && isCount(sizeBytes) && offsetBytes + sizeBytes <= sgBytes(list);
  if (!isThere) {
    const sentence = `The part from byte ${offsetBytes} (${sizeBytes} bytes) is not within the list (${sgBytes(list)} bytes).`;
    fail('EINVAL', sentence, { argument: 'offsetBytes' });
  }
  const runs: SgRun[] = [];
  let at = 0;
  for (const run of list) {
    const from = Math.max(offsetBytes - at, 0);
    const to = Math.min(offsetBytes + sizeBytes - at, run.sizeBytes);
    if (from < to) runs.push({ ...run, address: run.address + from, sizeBytes: to - from });
    at += run.sizeBytes;
  }
  return runs;
}

function checkRun({ address, sizeBytes }: SgRun): void {
  if (isCount(address) && isCount(sizeBytes) && sizeBytes > 0 && isCount(address + sizeBytes)) return;
  fail('EINVAL', `The run at address ${address} (${sizeBytes} bytes) is not one of whole numbers of bytes.`, {
    argument: 'runs',
  });
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
