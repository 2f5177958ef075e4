/**
 * What stands in a memory dump: plain data for JSON, in bytes and milliseconds.
 *
 * What is not known or does not apply is null, never left out. The schema (schema.ts) says the same to others; a change
 * that an old reader would misread raises `dumpVersion`, one that only adds does not.
 */
import type { DType } from '../base/dtype.ts';
import type { Kept } from '../kept.ts';

export const dumpFormat = 'fenceline memory dump';
export const dumpVersion = 1;

export interface MemoryDump {
  readonly format: typeof dumpFormat;
  readonly version: typeof dumpVersion;
  /** Milliseconds since 1970. */
  readonly takenAtMs: number;
  /** Milliseconds since the space was made. */
  readonly ageMs: number;
  /** Number of the space. */
  readonly space: number;
  readonly isShared: boolean;
  /** The agent that looked: labels, shapes and names of kernels are those that it knows. */
  readonly agent: number;
  /** Jobs submitted so far: `lastUse` of a buffer counts from it. */
  readonly submitted: number;
  readonly heaps: readonly HeapDump[];
  readonly buffers: readonly BufferDump[];
  readonly clients: readonly ClientDump[];
  readonly agents: readonly AgentDump[];
  /** Jobs that are not over, in order of submission. */
  readonly jobs: readonly JobDump[];
  /** Tickets that are open: transactions, and those opened by hand. */
  readonly transactions: readonly TransactionDump[];
  /** What became of the memory of buffers; null if the space is not traced. */
  readonly history: HistoryDump | null;
}

export type HeapKind = 'memory' | 'swap' | 'device';

export interface HeapDump {
  readonly name: string;
  readonly kind: HeapKind;
  readonly capacityBytes: number;
  readonly budgetBytes: number;
  readonly usedBytes: number;
  /** The most that was in use at once. */
  readonly peakBytes: number;
  readonly largestFreeBytes: number;
  /** 0 if all free memory is in one piece, towards 1 the more pieces. */
  readonly fragmentation: number;
  /** False if the heap changed while its blocks were read, each time that it was tried: they tell of no single moment. */
  readonly isWhole: boolean;
  /** In order of address, without gaps if `isWhole`. */
  readonly blocks: readonly BlockDump[];
  /** How often, since the space began; what repairs after a death did is not among it. */
  readonly counts: HeapCounts;
}

export interface HeapCounts {
  readonly placed: number;
  /** Into it, from elsewhere or within. */
  readonly moved: number;
  /** Out of it, to make room. */
  readonly evicted: number;
  readonly swappedIn: number;
  readonly freed: number;
  readonly published: number;
}

export interface BlockDump {
  readonly startBytes: number;
  readonly sizeBytes: number;
  /** free: nobody's; used: a buffer's contents; taken: an agent is about to give it to a buffer, or to free it. */
  readonly state: 'free' | 'used' | 'taken';
  /** Id of the buffer that it was taken for. */
  readonly buffer: number | null;
  /** That has taken it. */
  readonly agent: number | null;
}

export interface BufferDump {
  /** As `SharedBuffer.id`. */
  readonly id: number;
  readonly label: string | null;
  readonly dtype: DType | null;
  readonly shape: readonly number[] | null;
  readonly sizeBytes: number;
  /** closed: nobody holds it any more, and its memory waits for its last fence. */
  readonly state: 'live' | 'closed';
  /** Heap that its contents are in; null: it has no memory. */
  readonly heap: string | null;
  readonly startBytes: number | null;
  /** Heaps that it may live in, the desired one first. */
  readonly heaps: readonly string[];
  /** Nothing was written to it since it has memory; or the write that came last failed. */
  readonly contents: 'good' | 'unwritten' | 'failed';
  readonly heldBy: readonly number[];
  readonly pinnedBy: readonly number[];
  readonly priority: number;
  readonly client: string | null;
  /** How many jobs had been submitted before the one that used it last; 0 also if none has. */
  readonly lastUse: number;
  /** Agent that can fill it again. */
  readonly source: number | null;
  /** null: nobody ever exported it. */
  readonly exported: ExportDump | null;
  /** Who attached to it. */
  readonly importers: readonly ImporterDump[];
  /** Why it cannot be moved now; none: it can. */
  readonly kept: readonly Kept[];
}

export interface ExportDump {
  /** Whose hooks provide the memory; null: it stopped, or left. */
  readonly agent: number | null;
  /** Its memory is in no heap. */
  readonly isForeign: boolean;
  /** The exporter took it back for good. */
  readonly isRevoked: boolean;
}

export interface ImporterDump {
  readonly agent: number;
  /** It follows when the buffer moves; otherwise the buffer is pinned while it is mapped. */
  readonly isDynamic: boolean;
}

export interface ClientDump {
  readonly name: string;
  /** null: as much as the space has. */
  readonly budgetBytes: number | null;
  readonly usedBytes: number;
  readonly peakBytes: number;
  readonly priority: number;
}

export interface AgentDump {
  readonly agent: number;
  /** stopped: what it left is being put right. */
  readonly state: 'joining' | 'live' | 'leaving' | 'stopped';
  /** It was told to stop. */
  readonly isQuitting: boolean;
  /** That made it. */
  readonly parent: number | null;
}

export interface JobDump {
  /** Its slot, and its number there: together they are its point. */
  readonly job: number;
  readonly seqno: number;
  /** The kernel, or 'local': what its submitter does itself. */
  readonly label: string;
  /** queued: waits for its locks and its memory; ready: holds them, and waits for fences or for a worker. */
  readonly phase: 'queued' | 'ready' | 'running';
  readonly submitter: number;
  readonly runners: readonly number[];
  readonly uses: readonly { readonly buffer: number; readonly access: 'read' | 'write' | 'update' }[];
  readonly waitsFor: readonly WaitDump[];
}

/** What keeps a job from running. `room`: a reservation has no place for one more point. `turn`: earlier jobs are queued. */
export type WaitDump =
  | { readonly for: 'memory'; readonly heap: string; readonly bytes: number }
  | { readonly for: 'lock'; readonly buffer: number; readonly agent: number }
  | { readonly for: 'room'; readonly buffer: number }
  | { readonly for: 'turn' }
  | { readonly for: 'fence'; readonly timeline: string; readonly seqno: number; readonly owed: string }
  | { readonly for: 'worker' };

export interface TransactionDump {
  readonly agent: number;
  readonly ticket: number;
  /** Those of the agent that looked have one; so have the two that follow. */
  readonly label: string | null;
  readonly openMs: number | null;
  /** Which run of its body this is. */
  readonly attempt: number | null;
  /** Buffers whose locks it holds. */
  readonly holds: readonly number[];
  /** Locks of users that it holds. */
  readonly locks: number;
  /** Buffer whose lock it waits for. */
  readonly waitsFor: number | null;
}

export interface HistoryDump {
  /** Events that were no longer there. */
  readonly lost: number;
  readonly events: readonly EventDump[];
}

export type EventKind = 'placed' | 'moved' | 'evicted' | 'swapped in' | 'freed' | 'published';

export interface EventDump {
  /** Milliseconds since the space was made. */
  readonly atMs: number;
  readonly agent: number;
  /** freed: the place that it names is the one it left; otherwise the one that it has from then on. */
  readonly what: EventKind;
  readonly buffer: number;
  readonly label: string | null;
  readonly sizeBytes: number;
  /** null: contents that nobody needs, or that can be made again, were evicted to nowhere. */
  readonly heap: string | null;
  readonly startBytes: number;
  /** Heap that it was in until then. */
  readonly from: string | null;
}
