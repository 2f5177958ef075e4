/** From events to stays: which buffer was where, from when to when. Not here: how they are drawn (time-map.ts). */
import type { EventDump, HeapDump, MemoryDump } from '../format.ts';
import { nameOf } from './kinds.ts';

/** A buffer in a place, from one moment to another. */
export interface Stay {
  readonly buffer: number;
  readonly name: string;
  readonly startBytes: number;
  readonly sizeBytes: number;
  readonly fromMs: number;
  readonly toMs: number;
  /** How it ended; undefined: it lasts. */
  readonly end: EventDump['what'] | undefined;
}

/** What the pictures of all heaps show. */
export interface Window {
  readonly events: readonly EventDump[];
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * Stays in a heap. What was there before the first event that was kept begins with the window, and what is there still lasts to its end:
 * the heaps of the dump say what that is. So the last events are told rightly, also where more were lost.
 */
export function staysIn(heap: HeapDump, dump: MemoryDump, { events, fromMs, toMs }: Window): readonly Stay[] {
  const stays: Stay[] = [];
  const open = new Map<number, Omit<Stay, 'toMs' | 'end'>>();
  for (const event of events) {
    const { buffer, atMs, what } = event;
    const isHere = event.heap === heap.name;
    const before = open.get(buffer);
    // Of what came before the events, a place is known only where it was freed.
    const known = before ?? (what === 'freed' && isHere ? { ...placeOf(event), fromMs } : undefined);
    if (known !== undefined) stays.push({ ...known, toMs: atMs, end: what });
    open.delete(buffer);
    if (isHere && what !== 'freed') open.set(buffer, { ...placeOf(event), fromMs: atMs });
  }
  const names = new Map(dump.buffers.map((one) => [one.id, nameOf(one)]));
  for (const { state, buffer, startBytes, sizeBytes } of heap.blocks) {
    if (state === 'free' || buffer === null || open.has(buffer)) continue;
    stays.push({ buffer, name: names.get(buffer) ?? '', startBytes, sizeBytes, fromMs, toMs, end: undefined });
  }
  for (const stay of open.values()) stays.push({ ...stay, toMs, end: undefined });
  return stays;
}

function placeOf({ buffer, label, startBytes, sizeBytes }: EventDump): Omit<Stay, 'fromMs' | 'toMs' | 'end'> {
  return { buffer, name: nameOf({ id: buffer, label }), startBytes, sizeBytes };
}

/** How many bytes were in use, step after step: from what is now, back through the events. */
export function usageOf(
  heap: HeapDump,
  { events, fromMs, toMs }: Window,
): readonly { atMs: number; usedBytes: number }[] {
  let usedBytes = heap.usedBytes;
  const steps = [{ atMs: toMs, usedBytes }];
  for (const event of events.toReversed()) {
    const change = changeOf(event, heap.name);
    if (change === 0) continue;
    steps.push({ atMs: event.atMs, usedBytes });
    usedBytes = Math.max(0, usedBytes - change);
    steps.push({ atMs: event.atMs, usedBytes });
  }
  steps.push({ atMs: fromMs, usedBytes });
  return steps.reverse();
}

/** What a heap counts in. */
const unitBytes = 64;

function changeOf({ what, heap, from, sizeBytes }: EventDump, name: string): number {
  const bytes = Math.ceil(sizeBytes / unitBytes) * unitBytes;
  if (what === 'freed') return heap === name ? -bytes : 0;
  return (heap === name ? bytes : 0) - (from === name ? bytes : 0);
}
