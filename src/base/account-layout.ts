/**
 * The slots of accounts: a part of layout.ts, which passes it on.
 */
export const AC_STATE = 0;
export const AC_REFS = 1;
export const AC_REFS_OVERFLOW = 2;
/** Units of 64 bytes that may be in use at once; -1: as many as the system heap has. */
export const AC_BUDGET = 3;
/** As a word that compares like it: base/priority-word.ts. */
export const AC_PRIORITY = 4;
/** Units in use, and the most that were, written under the lock of the system heap. */
export const AC_USED = 5;
export const AC_PEAK = 6;
/** Bumped whenever memory that it was charged for is freed. */
export const AC_FREED = 7;
/** Name in UTF-8: its length in bytes, then the bytes. */
export const AC_NAME_BYTES = 8;
export const AC_NAME = 9;
/** How many of its jobs have started, and how it rests: memory/client-time.ts. */
export const AC_CLOCK = 60;
export const ACCOUNT_WORDS = 64;
export const clientNameBytes: number = (AC_CLOCK - AC_NAME) * 4;
