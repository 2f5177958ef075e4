/**
 * Which points of a timeline failed, in bounded space (design D5): the last few errors, and a mark below which an error
 * that is not on record may have been forgotten. A forgotten error is "outcome no longer known", never success.
 *
 * `errors` is even between records and odd while one is written: a reader skips that one record, whose point is not
 * reached yet and whose former point the mark already covers. So a writer that dies inside needs no repair, and whoever
 * goes on for it starts that record anew. Readers retry only if a record was completed meanwhile.
 * One writer at a time: the signaller, or whoever closes or repairs in its place.
 */
import {
  RECORD_WORDS,
  recordsPerTimeline,
  TL_ERRORS,
  TL_RECORDS,
  TL_STATE,
  TL_UNKNOWN_EPOCH,
  TL_UNKNOWN_LO,
} from '../base/layout.ts';
import type { Words } from '../cells/cell.ts';
import { load, or, store } from '../cells/cell.ts';
import { isReached, readSeqno, writeSeqno } from './seqno.ts';

/** Sign bit of the state word: some point of this timeline failed. Lets success be told from one load. */
export const HAS_ERRORS: number = 1 << 31;

/** What is on record: an errno-like number, 0 = no error, or -1 = no longer known. */
export const noLongerKnown = -1;

/** Records that `seqno` fails with `code`. Must come before the point is signalled. */
export function recordError(words: Words, at: number, seqno: number, code: number): void {
  const before = load(words, at + TL_ERRORS);
  const written = before >>> 1;
  const record = at + TL_RECORDS + (written % recordsPerTimeline) * RECORD_WORDS;
  // Odd: a writer died inside this record; its former content is already covered by the mark.
  if (written >= recordsPerTimeline && (before & 1) === 0) forget(words, at, record);
  store(words, at + TL_ERRORS, written * 2 + 1);
  store(words, record, seqno | 0);
  store(words, record + 1, Math.floor(seqno / 2 ** 32));
  store(words, record + 2, code);
  or(words, at + TL_STATE, HAS_ERRORS);
  store(words, at + TL_ERRORS, nextCount(written, recordsPerTimeline) * 2);
}

/** One more in a ring of `size`. The count begins again where the ring is as full, and each place keeps its number. */
export function nextCount(written: number, size: number): number {
  return written + 1 < countEnd * size ? written + 1 : 2 * size;
}

const countEnd = 2 ** 24;

/** Raises the mark to the point of the record that is about to be overwritten. */
function forget(words: Words, at: number, record: number): void {
  const old = recordedPoint(words, record);
  const epoch = load(words, at + TL_UNKNOWN_EPOCH);
  // A failed point may be recorded out of order; the mark only grows.
  if (old <= readSeqno(words, at + TL_UNKNOWN_LO, at + TL_UNKNOWN_EPOCH)) return;
  writeSeqno(words, at + TL_UNKNOWN_LO, at + TL_UNKNOWN_EPOCH, epoch, old);
}

/** The error on record for a point that is reached: its number, 0 or `noLongerKnown`. */
export function recordedError(words: Words, at: number, seqno: number): number {
  for (;;) {
    const before = load(words, at + TL_ERRORS);
    const found = findRecord(words, at, seqno, before);
    const isForgotten = isReached(words, at + TL_UNKNOWN_LO, at + TL_UNKNOWN_EPOCH, seqno);
    if (load(words, at + TL_ERRORS) !== before) continue;
    if (found !== 0) return found;
    return isForgotten ? noLongerKnown : 0;
  }
}

function findRecord(words: Words, at: number, seqno: number, errors: number): number {
  const written = errors >>> 1;
  const skipped = errors & 1 ? written % recordsPerTimeline : -1;
  const count = Math.min(written, recordsPerTimeline);
  for (let index = 0; index < count; index++) {
    if (index === skipped) continue;
    const record = at + TL_RECORDS + index * RECORD_WORDS;
    if (recordedPoint(words, record) === seqno) return load(words, record + 2);
  }
  return 0;
}

function recordedPoint(words: Words, record: number): number {
  return (load(words, record + 1) >>> 0) * 2 ** 32 + (load(words, record) >>> 0);
}
