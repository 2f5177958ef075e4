/**
 * The layout of the control block: the one place that knows which word is where.
 *
 * A space is one block of Int32 words: a header, then tables of fixed-size slots. Changing anything here changes
 * `layoutVersion`, and a space of another version refuses to join. Word 0 of every slot of a claimable table is its
 * state word (cells/slot.ts). Words that every signaller writes start a 64-byte line.
 *
 * Not here: what the words mean to their layers beyond a line each.
 */

import { AC_REFS, AC_REFS_OVERFLOW, AC_STATE, ACCOUNT_WORDS } from './account-layout.ts';
import { assert } from './assert.ts';
import { H_LIMITS, H_STAMP, HEADER_WORDS } from './header-layout.ts';
import { JOB_WORDS } from './job-layout.ts';
import type { Limits } from './limits.ts';
import { pointsPerReservation, poolsPerSpace, ticketsPerAgent } from './limits.ts';
import { TIMELINE_WORDS } from './timeline-layout.ts';
import { type ValidatorLayout, validatorLayout, validatorWords } from './validator-layout.ts';

export const magic = 0x464e434c; // 'FNCL'
export const layoutVersion = 7;

// ---- header: header-layout.ts ---------------------------------------------------------------------------------------
export * from './header-layout.ts';

export const limitNames: readonly (keyof Limits)[] = [
  'agents',
  'timelines',
  'jobs',
  'buffers',
  'blocks',
  'chunks',
  'syncObjects',
  'locks',
  'heaps',
  'traceEvents',
  'lockClasses',
  'attachments',
  'clients',
];

// ---- what every slot that agents hold begins with (cells/held-slot.ts) -----------------------------------------------
export const S_STATE = 0;
/** Who holds it: a set of agents. */
export const S_REFS = 1;
export const S_REFS_OVERFLOW = 2;

// ---- agents: one line each ----------------------------------------------------------------------------------------
export const A_RING = 0;
/** bit 0: asleep synchronously; bit 1: a waitAsync is armed. */
export const A_ARMED = 1;
/** state(3) | incarnation(28), see cells/agent.ts. */
export const A_STATE = 2;
/** How its stop can be proven: cells/proof.ts. */
export const A_PROOF = 3;
export const A_THREAD = 4;
export const A_STARTED = 5;
/** Agent that created this one, + 1; 0 = none. */
export const A_PARENT = 6;
/** 1 once somebody asked it to stop (terminate, or a polite quit). */
export const A_QUIT = 7;
/** Which of the hint words below hold a bit. */
export const A_HINTS = 8;
/** The operating system's number of the thread that is about to sit down here: cells/seat-claim.ts. */
export const A_CLAIM = 9;
/** First chunk + 1 of the drafts that it is publishing: memory/publication.ts; 0 = none. */
export const A_REDO = 10;
export const AGENT_WORDS = 16;
/** 32 x 32 bits: which timelines (index modulo 1024) were signalled since this agent last looked. */
export const HINT_WORDS = 32;

// ---- tickets: 16 an agent -----------------------------------------------------------------------------------------
/** 0 = free, else incarnation(16) << 1 | 1. */
export const T_STATE = 0;
export const T_STAMP_LO = 1;
export const T_STAMP_HI = 2;
/** Word index of the lock it waits for, 0 = none. */
export const T_WAITING = 3;
/** How many locks it holds. */
export const T_HOLDING = 4;
/** Its own lock word once an older ticket wounded it: it gives way at its next wait. */
export const T_WOUNDED = 5;
/** Its place among the waiters of the lock it waits for: see lock/waiters.ts. */
export const T_ARRIVAL = 6;
export const TICKET_WORDS = 8;

// ---- ww lock: 8 words inside other slots ---------------------------------------------------------------------------
export const L_WORD = 0;
export const L_WAITERS = 1;
export const L_OVERFLOW = 2;
/** Ticket + 1 that must not be barged past any more. */
export const L_HANDOFF = 3;
/** Class + 1 for the validator; 0: reservation; -1: not checked. */
export const L_CLASS = 4;
/** 1 once somebody without a ticket waited for it: from then on waiters note when they came. */
export const L_MIXED = 6;
export const LOCK_WORDS = 8;

// ---- timelines: timeline-layout.ts ---------------------------------------------------------------------------------
export * from './timeline-layout.ts';

// ---- buffers ------------------------------------------------------------------------------------------------------
export const B_STATE = 0;
export const B_REFS = 1;
export const B_REFS_OVERFLOW = 2;
export const B_DTYPE = 3;
/** Size in bytes: low 30 bits, then the rest. */
export const B_SIZE_LO = 4;
export const B_SIZE_HI = 5;
/** Block + 1 that holds the contents; 0 = no memory yet. The one word that a move commits with. */
export const B_PLACEMENT = 6;
/** Heaps it may live in, in order: eight nibbles of heap + 1, the desired one lowest; 0 = B_HEAP alone (memory/residence.ts). */
export const B_PLACES = 7;
/** Those of lower priority are evicted first. */
export const B_PRIORITY = 8;
/** Token of the account that its memory is charged to (memory/account.ts); 0 = the space's alone. */
export const B_CLIENT = 9;
/** Order number of the last use. */
export const B_LAST_USE = 10;
/** Error code of the write that failed last; 0 = contents are good. And the job it was, + 1. */
export const B_CONTENTS = 11;
export const B_CONTENTS_JOB = 12;
/** Agent + 1 whose hooks provide the memory, and what is known of it: buffer/exports.ts; 0 = nobody's. */
export const B_EXPORTER = 13;
/** Agent + 1 that can fill it again; 0 = nobody. */
export const B_SOURCE = 14;
/** The heap that it is at home in: where its memory is, says K_HEAP of its block. */
export const B_HEAP = 15;
export const B_LOCK = 16;
/** Low word of the number of the job in B_CONTENTS_JOB, in the lock's padding. */
export const B_CONTENTS_SEQNO = 22;
/** 1 while the memory was never written: it may hold what others left, and is zeroed before anybody reads it. */
export const B_FRESH = 23;
export const B_RESERVATION = 24;
/** Agents that forbid to move it: memory/pins.ts. */
export const B_PINS = 544;
export const B_PINS_OVERFLOW = 545;
/** Of its contents while they are swapped out to a file. */
export const B_CHECKSUM = 546;
/** Raised before its placement changes: addresses taken before are stale (buffer/exports.ts). */
export const B_EPOCH = 547;
/** Twelve words of its past, for whoever chooses what to evict. */
export const B_HISTORY = 548;
export const historyWords = 12;
/** The word of it that says whether there is any (memory/policy/history.ts). */
export const B_HISTORY_TRAITS: number = B_HISTORY + 2;
/** 1: somebody needs it in memory that all address, and a device has it: memory/device-heap.ts. */
export const B_WANTED = 560;
/** Whether its contents are there, and as its source makes them: memory/filling.ts. */
export const B_FILL = 561;
/** Block + 1, besides the placement, that a job has taken to replace contents that are swapped out, and the job + 1: memory/room.ts. */
export const B_ROOM = 562;
export const B_ROOM_JOB = 563;
export const BUFFER_WORDS = 576;

// ---- reservation: 520 words inside a buffer slot ------------------------------------------------------------------
/** Bank = seq & 1. One store here puts a compacted list in force. */
export const R_SEQ = 0;
/** Entries of each bank: one store here puts an appended entry in force. */
export const R_COUNT = 1;
/** Entries that foreign points may fill before those that are over are dropped; 0 = none was added yet. */
export const R_ROOM = 3;
export const R_BANKS = 8;
/** timeline(20) | usage << 28, generation, low and high 32 bits of the number. */
export const ENTRY_WORDS = 4;

// ---- jobs: job-layout.ts -------------------------------------------------------------------------------------------
export * from './job-layout.ts';

// ---- pools of workers ---------------------------------------------------------------------------------------------
export const O_STATE = 0;
/** Workers asleep and willing to take a job. */
export const O_IDLE = 1;
export const O_IDLE_OVERFLOW = 2;
/** All its workers. */
export const O_WORKERS = 3;
export const O_WORKERS_OVERFLOW = 4;
export const POOL_WORDS = 16;

// ---- blocks of payload memory: memory/block-chain.ts ---------------------------------------------------------------
export const K_STATE = 0;
/** Units of 64 bytes. It ends where the next one starts. */
export const K_START = 1;
/** Next block in order of address + 1; 0 = last of its heap. */
export const K_NEXT = 2;
/** Derived, like the links below: rebuilt after a death. */
export const K_PREVIOUS = 3;
export const K_HEAP = 4;
/** Links of the free list of its size class, + 1. */
export const K_BIN_NEXT = 5;
export const K_BIN_PREVIOUS = 6;
/** Of a block in use, which is on no list: token of the account that it counts for, written under the heap's lock; 0 = none. */
export const K_CLIENT: number = K_BIN_NEXT;
/** Buffer + 1 it was taken for: whether that buffer's placement names the block decides when the agent in K_STATE dies. */
export const K_OWNER = 7;
export const BLOCK_WORDS = 8;

// ---- heaps --------------------------------------------------------------------------------------------------------
/** 0 = free, else who holds the allocator: agent + 1 (6 bits) | incarnation << 6. */
export const P_LOCK = 0;
/** Block + 1 at address 0, always the same one; 0 = this slot has no heap. */
export const P_FIRST = 1;
/** Units of 64 bytes. */
export const P_CAPACITY = 2;
export const P_BUDGET = 3;
export const P_USED = 4;
export const P_PEAK = 5;
/** HEAP_MEMORY, HEAP_SWAP or HEAP_DEVICE (memory/residence.ts). */
export const P_KIND = 6;
/** Which of the words at P_CLASSES mean anything; they say which size classes have a vacant block; then the list heads. */
export const P_SUMMARY = 7;
export const P_CLASSES = 8;
export const P_HEADS = 16;
export const classCount = 256;
/** How often each thing happened there, in the order of its tracepoints: memory/note.ts. */
export const P_COUNTS: number = P_HEADS + classCount;
export const heapCounts = 6;
/** Agent + 1 whose device's memory it is; 127 once that is gone; 0: of no device. */
export const P_OWNER: number = P_COUNTS + 15;
export const HEAP_WORDS: number = P_COUNTS + 16;

// ---- accounts of clients: account-layout.ts --------------------------------------------------------------------------
export * from './account-layout.ts';

// ---- chunks -------------------------------------------------------------------------------------------------------
export const C_STATE = 0;
/** Next chunk + 1 of a long record. */
export const C_NEXT = 1;
/** What it belongs to: table(4) | slot << 4. A repair frees those whose owner is gone. */
export const C_OWNER = 2;
/** Length of the record in bytes, from this chunk to its end. */
export const C_BYTES = 3;
/** Set, with its generation, before it is left out of its list: fence/link-list.ts. */
export const C_LEAVING = 4;
export const C_PAYLOAD = 8;
export const CHUNK_WORDS = 264;
export const chunkBytes: number = (CHUNK_WORDS - C_PAYLOAD) * 4;

// ---- sync objects -------------------------------------------------------------------------------------------------
export const Y_STATE = 0;
export const Y_REFS = 1;
export const Y_REFS_OVERFLOW = 2;
/** First chunk + 1 of the newest of its points (17 bits) | version << 17: fence/link-list.ts. 0 in the low bits: no fence. */
export const Y_CURRENT = 3;
export const Y_INTEREST = 4;
export const Y_INTEREST_OVERFLOW = 5;
export const SYNC_WORDS = 16;

// ---- attachments of importers: buffer/attachments.ts ----------------------------------------------------------------
export const X_STATE = 0;
/** Buffer + 1, and its generation. */
export const X_BUFFER = 1;
export const X_GENERATION = 2;
export const X_FLAGS = 3;
export const ATTACHMENT_WORDS = 4;

// ---- ww locks of users --------------------------------------------------------------------------------------------
export const U_STATE = 0;
export const U_REFS = 1;
export const U_REFS_OVERFLOW = 2;
/** 1: wound-wait. */
export const U_RULE = 3;
export const U_LOCK = 4;
export const USER_LOCK_WORDS = 16;

// ---- trace rings: one an agent, a header and events in segments (cells/trace-ring.ts) --------------------------------
/** Events written so far, low and high word (cells/wide-count.ts); and events that were dropped, because a reader was in the way. */
export const TR_WRITTEN = 0;
export const TR_DROPPED = 2;
/** Two words a segment: who reads it. */
export const TR_PINS = 4;
export const RING_WORDS = 16;
/** One of them may be on its way to be overwritten: the others hold what was promised. */
export const traceSegments = 5;
/** Time (2), kind and incarnation, subject, generation, point (2), detail: half a cache line, so that none straddles two. */
export const TRACE_WORDS = 8;

/** Where each table starts, in words, and how many slots it has. */
export interface Layout {
  readonly limits: Limits;
  readonly agents: number;
  readonly hints: number;
  readonly tickets: number;
  readonly timelines: number;
  /** Timelines, the lanes of jobs, and the stub. */
  readonly timelineCount: number;
  /** The timeline of points that failed from the start: its slot is never claimed, and the generation is the error's number. */
  readonly stubTimeline: number;
  readonly buffers: number;
  readonly jobs: number;
  readonly pools: number;
  readonly blocks: number;
  readonly heaps: number;
  readonly accounts: number;
  readonly chunks: number;
  readonly syncObjects: number;
  readonly locks: number;
  readonly attachments: number;
  readonly traces: number;
  readonly validator: ValidatorLayout;
  readonly totalWords: number;
}

/** Computes the layout of a space with these limits. */
export function layoutOf(limits: Limits): Layout {
  let at = HEADER_WORDS;
  const table = (count: number, words: number): number => {
    const start = at;
    at += Math.ceil((count * words) / 16) * 16;
    return start;
  };
  const timelineCount = limits.timelines + limits.jobs + 1;
  const layout = {
    limits,
    agents: table(limits.agents, AGENT_WORDS),
    hints: table(limits.agents, HINT_WORDS),
    tickets: table(limits.agents * ticketsPerAgent, TICKET_WORDS),
    timelines: table(timelineCount, TIMELINE_WORDS),
    timelineCount,
    stubTimeline: timelineCount - 1,
    buffers: table(limits.buffers, BUFFER_WORDS),
    jobs: table(limits.jobs, JOB_WORDS),
    // Behind those of users one for each agent, by which it serves its hooks to others (schedule/hook-pool.ts).
    pools: table(poolsPerSpace + limits.agents, POOL_WORDS),
    blocks: table(limits.blocks, BLOCK_WORDS),
    heaps: table(limits.heaps, HEAP_WORDS),
    accounts: table(limits.clients, ACCOUNT_WORDS),
    chunks: table(limits.chunks, CHUNK_WORDS),
    syncObjects: table(limits.syncObjects, SYNC_WORDS),
    locks: table(limits.locks, USER_LOCK_WORDS),
    attachments: table(limits.attachments, ATTACHMENT_WORDS),
    traces: table(limits.agents, traceRingWords(limits)),
    validator: validatorLayout(limits, table(validatorWords(limits), 1)),
  };
  return { ...layout, totalWords: at };
}

/** Events of one segment of a trace ring: all but one of the segments hold `traceEvents`. */
export function traceSegmentEvents(limits: Limits): number {
  return Math.ceil(limits.traceEvents / (traceSegments - 1));
}

export function traceRingWords(limits: Limits): number {
  return limits.traceEvents === 0 ? 0 : RING_WORDS + traceSegments * traceSegmentEvents(limits) * TRACE_WORDS;
}

assert(H_LIMITS + limitNames.length <= H_STAMP, 'The limits fit the header before the stamp words.');
assert(
  B_RESERVATION + R_BANKS + 2 * pointsPerReservation * ENTRY_WORDS <= B_PINS,
  'Both banks of a reservation fit a buffer slot before the words behind it.',
);
assert(B_HISTORY + historyWords <= B_WANTED && B_ROOM_JOB < BUFFER_WORDS, 'The history fits a buffer slot.');
assert(P_COUNTS + heapCounts <= P_OWNER, 'The counts of a heap fit its slot.');
assert(
  [B_STATE, Y_STATE, U_STATE, AC_STATE].every((word) => word === S_STATE) &&
    [B_REFS, Y_REFS, U_REFS, AC_REFS].every((word) => word === S_REFS) &&
    [B_REFS_OVERFLOW, Y_REFS_OVERFLOW, U_REFS_OVERFLOW, AC_REFS_OVERFLOW].every((word) => word === S_REFS_OVERFLOW),
  'Every slot that agents hold begins with the same words.',
);
assert(U_LOCK + LOCK_WORDS <= USER_LOCK_WORDS, "A lock fits the slot of a user's lock.");
assert(TR_PINS + 2 * traceSegments <= RING_WORDS, 'The pins of the segments fit the header of a trace ring.');
