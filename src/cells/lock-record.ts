/**
 * What one agent keeps for the lock validator: what it holds, where it stands, and what it has checked already.
 *
 * Data alone, for the agent carries it: the rules are in lock/validator.ts.
 */

/** A lock that this agent holds, or a section it is in (then `ticket` is -1). */
export interface HeldLock {
  readonly lockAt: number;
  /** Index of its class; -1: the table was full, and it is not checked. */
  readonly lockClass: number;
  readonly ticket: number;
}

export interface LockRecord {
  /** In order of acquisition. */
  readonly held: HeldLock[];
  /** 1 for every edge, by its place in the graph, through which this agent has looked for cycles. */
  readonly known: Uint8Array;
  /** By class: place + 1 where this agent took a lock of it first; 0: never. */
  readonly takenAt: Uint16Array;
  /** What was reported, so that it is said once. */
  readonly said: Set<string>;
  /** How deep this agent is in sections of each kind (lock/sections.ts). */
  readonly depth: number[];
  /** While a report is delivered nothing is checked: whoever hears it may lock. */
  isReporting: boolean;
  /** The place in the user's code that called; empty if it cannot be told. */
  /** It learns, and reports nothing. */
  readonly isObserving: boolean;
  readonly where: () => string;
  readonly report: (finding: Finding) => void;
}

/** `order`: a cycle of the graph. The others: something that the section does not allow. */
export type FindingKind = 'order' | 'signalling' | 'reclaim' | 'atomic' | 'classes';

/** One step of a cycle: somebody held `holds` while it took `takes`. */
export interface FindingParty {
  readonly holds: string;
  readonly takes: string;
  /** Agent; -1: it is the documented order, which nobody needs to have seen. */
  readonly agent: number;
  /** Ticket of the agent; -1: none. */
  readonly ticket: number;
  /** Where the lock that it holds was first taken, and where it took the next; empty if unknown. */
  readonly takenAt: string;
  readonly waitsAt: string;
}

export interface Finding {
  readonly kind: FindingKind;
  readonly message: string;
  /** Ticket that holds the lock now, as `ticket 3 of thread 1`; empty if nobody does, or it is no lock. */
  readonly heldBy: string;
  /** Classes; the first one comes again at the end. Empty if it is no cycle. */
  readonly cycle: readonly string[];
  /** The one who reports comes first. */
  readonly parties: readonly FindingParty[];
}
