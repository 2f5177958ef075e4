/**
 * The slots of timelines: a part of layout.ts, which passes it on.
 */
import { assert } from './assert.ts';

export const TL_STATE = 0;
export const TL_LO = 1;
export const TL_EPOCH = 2;
export const TL_INTEREST = 3;
export const TL_OVERFLOW = 4;
export const TL_ISSUED_LO = 5;
export const TL_ISSUED_EPOCH = 6;
/** issuer(8) | signaller(8) << 8 | pending receiver(8) << 16 | what its signaller asked for << 24: fence/timeline.ts. */
export const TL_ROLES = 7;
/** Even: records written x 2. Odd: one is being written. */
export const TL_ERRORS = 8;
/** Points up to this one whose error is not on record have an unknown outcome. */
export const TL_UNKNOWN_LO = 9;
export const TL_UNKNOWN_EPOCH = 10;
export const TL_REFS = 11;
export const TL_REFS_OVERFLOW = 12;
/** Error of every point above the completed one, once closed. */
export const TL_CLOSE_CODE = 13;
/** As TL_ERRORS, of time stamps. */
export const TL_STAMPED = 14;
export const TL_RECORDS = 16;
export const RECORD_WORDS = 3;
export const recordsPerTimeline = 5;
/** The highest point that somebody waits for, under 11 bits of the generation: 64 bits that only `wide` touches. */
export const TL_WANTED = 32;
/** The earliest moment by which somebody needs a point, and that point: as TL_WANTED. */
export const TL_DEADLINE = 34;
/** When it was closed, as the two halves of a float64 in milliseconds since 1970; and the same of signals, by point. */
export const TL_CLOSED_AT = 36;
export const TL_STAMPS = 44;
/** number (low, high), moment (low, high). */
export const STAMP_WORDS = 4;
/** One more than can be asked for: of the first one kept it is not known where its points begin. */
export const stampsPerTimeline = 25;
export const TIMELINE_WORDS = 144;

assert(TL_RECORDS + recordsPerTimeline * RECORD_WORDS <= TL_WANTED, 'The error records end before the wide words.');
assert(TL_STAMPS + stampsPerTimeline * STAMP_WORDS <= TIMELINE_WORDS, 'The time stamps fit a timeline slot.');
assert(
  TIMELINE_WORDS % 16 === 0 && TL_WANTED % 2 === 0,
  'Each timeline has lines of its own, and wide words are even.',
);
