/**
 * The words before all tables: a part of layout.ts, which passes it on.
 */
export const H_MAGIC = 0;
export const H_VERSION = 1;
/** Bumped after every repair: waiters then distrust all hints and look at everything again. */
export const H_REPAIRS = 2;
/** Agents that want to hear when memory or a contended lock comes free, because a queued job needs it. */
export const H_QUEUED_INTEREST = 4;
export const H_QUEUED_OVERFLOW = 5;
/** Submission order of jobs (u32, compared with wrap). */
export const H_SUBMITTED = 6;
/** Bumped whenever memory is freed: a request that has waited long asks whether nobody freed anything. */
export const H_FREED = 7;
/** The first of `limits` copied in order of `limitNames`. */
export const H_LIMITS = 16;
/** The 64-bit ticket counter: two words that only the BigInt64Array touches. */
export const H_STAMP = 32;
/** MEMORY_AWAITED while some queued job waits for memory: then requests are served in order. A hint; the jobs' flags are the truth. */
export const H_MEMORY_WAIT = 48;
export const MEMORY_AWAITED = 1;
/** Later jobs wait even for memory that they would find in place. */
export const MEMORY_HELD = 2;
/** Job slots ever used: the scans of workers end here. Only grows. */
export const H_JOB_TOP = 49;
/** 1: the lock validator only learns, and reports nothing. */
export const H_OBSERVES = 50;
/** What a space does to find mistakes; DEBUG_NOT_AHEAD: leaves undone what spares time, to tell what that is worth. */
export const H_DEBUG = 51;
export const DEBUG_EVICT = 1;
export const DEBUG_POISON = 2;
export const DEBUG_NOT_AHEAD = 4;
export const DEBUG_CHECK_READERS = 8;
/** How often room had to be made, in which heap last, and who wants to hear of it: memory/pressure.ts. */
export const H_PRESSURE = 52;
export const H_PRESSURE_HEAP = 53;
export const H_PRESSURE_INTEREST = 54;
export const H_PRESSURE_OVERFLOW = 55;
/** How often the swap file did not take what was written to it. */
export const H_SWAP_REFUSED = 56;
/** Blocks ever used: looks at what lives in a heap end here. Only grows. */
export const H_BLOCK_TOP = 57;
/** How often a buffer was fetched ahead of the job that needs it. */
export const H_FETCHED = 58;
/** The clock of whoever is no client, four words: memory/client-time.ts. */
export const H_CLOCK = 60;
export const HEADER_WORDS = 64;
