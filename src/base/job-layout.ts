/**
 * The slots of jobs: a part of layout.ts, which passes it on.
 */
import { assert } from './assert.ts';
import { partsPerJob, usesPerJob } from './limits.ts';

export const J_STATE = 0;
/** phase(4) | agent(6) << 4 | low bits of the number << 10: who is at it, see schedule/job.ts. */
export const J_PHASE = 1;
/** Order of submission (u32, compared with wrap). */
export const J_ORDER = 2;
export const J_SUBMITTER = 3;
/** Pool slot, -1 for a job that its submitter runs itself; and which of the pool's kernels. */
export const J_POOL = 4;
export const J_KERNEL = 5;
export const J_FLAGS = 6;
export const J_PRIORITY = 7;
export const J_SEQNO_LO = 8;
export const J_SEQNO_HI = 9;
export const J_RETRIES = 10;
export const J_PARTS = 11;
export const J_ROWS = 12;
export const J_USE_COUNT = 13;
export const J_DEP_COUNT = 14;
/** Chunk + 1 with the dependencies that do not fit the slot. */
export const J_DEP_CHUNK = 16;
export const J_RECORD_BYTES = 17;
/** Chunk + 1 with the arguments if they do not fit the slot. */
export const J_RECORD_CHUNK = 18;
/** First error: its number, and chunk + 1 with the encoded error. */
export const J_ERROR = 19;
export const J_ERROR_CHUNK = 20;
/** How long it may run in milliseconds, 0 = no limit; and when it began, on the clock of trace times, in milliseconds. */
export const J_TIMEOUT = 21;
export const J_STARTED = 22;
/** Phase word of the agent whose stop failed it, for the words of the error; of an earlier use of the slot otherwise. */
export const J_DEAD = 23;
/** Token of the account of the client through which it was submitted: the context of the job; 0 = the space itself. */
export const J_CLIENT = 24;
/** Of a job that waits for memory: token of the account whose budget has no room for it; 0 = the heap has none. */
export const J_SHORT = 25;
/** Part word: state(2) | agent(6) << 2. */
export const J_PART = 32;
/** Result of each part: chunk + 1, 0 = undefined. */
export const J_RESULT = 96;
/** buffer | access << 28, generation. */
export const J_USES = 160;
export const USE_WORDS = 2;
/** timeline | kind << 28, generation, low and high 32 bits of the number. */
export const J_DEPS = 288;
export const DEP_WORDS = 4;
export const inlineDeps = 32;
export const J_INLINE = 416;
export const inlineBytes = 384;
export const JOB_WORDS = 512;

assert(J_PART + partsPerJob <= J_RESULT && J_RESULT + partsPerJob <= J_USES, 'The parts fit a job slot.');
assert(J_USES + usesPerJob * USE_WORDS <= J_DEPS, 'The uses fit a job slot.');
assert(J_DEPS + inlineDeps * DEP_WORDS <= J_INLINE, 'The dependencies fit a job slot.');
assert(J_INLINE + inlineBytes / 4 <= JOB_WORDS, 'The inline record fits a job slot.');
