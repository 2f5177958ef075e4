/**
 * When the last signals of a timeline were, in bounded space: a ring of {number, moment}, for timelines that asked for it.
 *
 * An entry is written before its number is signalled, so a point that is over has its stamp visible. `stamped` is even
 * between entries and odd while one is written, as for errors (error-records.ts): readers skip that one, and look again
 * if one was completed meanwhile. A writer that dies inside needs no repair: who closes the timeline writes another word.
 * A point has the moment of the first entry that covers it, and that is known only if the entry before it is there too,
 * or none was ever dropped. One writer at a time: the signaller.
 * Source: dma_fence_timestamp. Not here: whether a point is over (points.ts).
 */
import { STAMP_WORDS, stampsPerTimeline, TL_CLOSED_AT, TL_STAMPED, TL_STAMPS } from '../base/layout.ts';
import type { Words } from '../cells/cell.ts';
import { load, store } from '../cells/cell.ts';
import { nextCount } from './error-records.ts';

/** Records that `seqno` was over at `atMs`. Must come before the point is signalled. */
export function recordStamp(words: Words, at: number, seqno: number, atMs: number): void {
  const written = load(words, at + TL_STAMPED) >>> 1;
  const entry = at + TL_STAMPS + (written % stampsPerTimeline) * STAMP_WORDS;
  store(words, at + TL_STAMPED, written * 2 + 1);
  store(words, entry, seqno | 0);
  store(words, entry + 1, Math.floor(seqno / 2 ** 32));
  storeMoment(words, entry + 2, atMs);
  store(words, at + TL_STAMPED, nextCount(written, stampsPerTimeline) * 2);
}

/** When a point was over that is: milliseconds since 1970, or undefined if that is no longer known. */
export function recordedStamp(words: Words, at: number, seqno: number): number | undefined {
  for (;;) {
    const before = load(words, at + TL_STAMPED);
    const found = findStamp(words, at, seqno, before);
    if (load(words, at + TL_STAMPED) === before) return found;
  }
}

function findStamp(words: Words, at: number, seqno: number, stamped: number): number | undefined {
  const written = stamped >>> 1;
  const least = Math.max(0, written - stampsPerTimeline + (stamped & 1));
  // From the latest backwards the numbers fall: the last entry that is not below `seqno` is the first that covers it.
  let covering = -1;
  for (let number = written - 1; number >= least; number--) {
    const entry = at + TL_STAMPS + (number % stampsPerTimeline) * STAMP_WORDS;
    const upTo = (load(words, entry + 1) >>> 0) * 2 ** 32 + (load(words, entry) >>> 0);
    if (upTo < seqno) return covering < 0 ? undefined : loadMoment(words, covering + 2);
    covering = entry;
  }
  return covering < 0 || least > 0 ? undefined : loadMoment(words, covering + 2);
}

/** Records when a timeline was closed. Before it is. */
export function recordCloseStamp(words: Words, at: number, atMs: number): void {
  storeMoment(words, at + TL_CLOSED_AT, atMs);
}

export function closeStamp(words: Words, at: number): number {
  return loadMoment(words, at + TL_CLOSED_AT);
}

/** The bits of a float64: every moment that a user gives comes back as it is. */
function storeMoment(words: Words, at: number, atMs: number): void {
  const halves = new Int32Array(new Float64Array([atMs]).buffer);
  store(words, at, halves[0] as number);
  store(words, at + 1, halves[1] as number);
}

function loadMoment(words: Words, at: number): number {
  const halves = new Int32Array(2);
  halves[0] = load(words, at);
  halves[1] = load(words, at + 1);
  return new Float64Array(halves.buffer)[0] as number;
}
