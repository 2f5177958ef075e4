/**
 * The memory of a space as one thread sees it, and this thread's membership in it.
 *
 * State word of an agent's line: state(3) | by(6) | incarnation(22); the life of an agent is in agent.ts.
 */

import type { Layout } from '../base/layout.ts';
import { A_STATE, AGENT_WORDS } from '../base/layout.ts';
import type { BlockFile } from './block-file.ts';
import type { BigWords, Words } from './cell.ts';
import { load } from './cell.ts';
import type { Ticker } from './clock.ts';
import type { LockRecord } from './lock-record.ts';
import type { Tracer } from './trace-ring.ts';

export const AGENT_FREE = 0;
export const AGENT_JOINING = 1;
export const AGENT_LIVE = 2;
export const AGENT_LEAVING = 3;
export const AGENT_DEAD = 4;
export const AGENT_REPAIRING = 5;

const incarnationMax = 2 ** 22 - 1;

/** The memory of a space as one thread sees it. */
export interface Memory {
  readonly words: Words;
  readonly stamps: BigWords;
  /** The control block as 64-bit words, for those of its words that nothing else touches (`loadWide`). */
  readonly wide: BigWords;
  /** The same memory as bytes, for payload that was published by a state word. */
  readonly bytes: Uint8Array;
  readonly layout: Layout;
  readonly isShared: boolean;
}

/** Puts right what a stopped agent left in one layer's tables. May be run again from any point, by another agent. */
export type Repair = (agent: Agent, deadIndex: number) => void;

/** This thread's membership in a space. Everything below the public shells takes it as first argument. */
export interface Agent extends Memory {
  readonly index: number;
  readonly incarnation: number;
  readonly pump: Pump;
  readonly repairs: readonly Repair[];
  /** Next-fit cursors by table start: hints of this agent alone. */
  readonly cursors: Map<number, number>;
  /** The heaps' memory as this thread sees it, by heap number. */
  readonly payloads: readonly Payload[];
  /** This thread's clock (cells/clock.ts) at the moment that the space began: trace times count from there. */
  readonly traceOrigin: number;
  /** Where its trace events go; undefined if the space is not traced, or once the agent has left. */
  tracer: Tracer | undefined;
  /** What the lock validator keeps of this agent; undefined if the space has none. */
  readonly validator?: LockRecord | undefined;
  /** Tells importers of this thread that their mappings of a buffer are stale; undefined while it has none (buffer/exports.ts). */
  onInvalidate?: ((buffer: number) => void) | undefined;
  /** Who chooses what leaves a heap that is full; undefined: what was used longest ago leaves (memory/evict.ts). */
  readonly chooser?: Chooser | undefined;
  /** Rings held back by `batch`: undefined outside one. */
  batch: AgentBatch | undefined;
}

/** This agent's own idea of what leaves a heap first: hints. Whoever evicts looks at each victim's slot again. */
export interface Chooser {
  /** A job starts, of the client that the token means (0: of none). `order`: its number among all jobs. */
  noteStart(agent: Agent, client: number, order: number): void;
  /** It uses the buffer. Context: the buffer's lock is held, and its slot does not tell of this use yet. */
  noteUse(agent: Agent, buffer: number, client: number, order: number): void;
  /** Looks at what lives in the heap now. Outcomes: false if it has no opinion there. */
  begin(agent: Agent, heap: number): boolean;
  /** Proposes what to evict so that so many bytes come free; what is held is not proposed. Nothing: all the rest. */
  choose(agent: Agent, heap: number, bytes: number): readonly number[];
  /** All that lives in the heap and is not in use, whoever should go first at the front; undefined if it has no opinion. */
  rank(agent: Agent, heap: number): readonly number[] | undefined;
  /** It has left, or cannot leave now. */
  told(heap: number, buffer: number, hasLeft: boolean): void;
  /** What could not leave may be proposed again. */
  end(heap: number): void;
}

/** Payload memory of one heap. */
export interface Payload {
  readonly name: string;
  /** A fixed-length view; the memory is grown as needed. */
  bytes(start: number, length: number): Uint8Array;
  /** The memory under the views, for typed arrays; call `bytes` first to make sure that it is long enough. */
  readonly buffer: SharedArrayBuffer | ArrayBuffer;
  /** The file that it is, if its bytes are not in memory: then there are no views. */
  readonly file?: BlockFile;
}

export interface AgentBatch {
  depth: number;
  first: number;
  rest: number;
}

/** What this agent waits for asynchronously: see pump.ts. */
export interface Pump {
  /** Waiters looked at on every wake. */
  readonly always: Waiter[];
  /** Waiters looked at when their hint bit is set; by hint. */
  readonly hinted: (Waiter[] | undefined)[];
  waiterCount: number;
  isArmed: boolean;
  /** This agent has left: its slot may be another's, and nothing of it may be touched. */
  isClosed: boolean;
  isQueued: boolean;
  seenRepairs: number;
  /** Runs while there are waiters: looks whether agents stopped, and keeps the process alive while `holds` > 0. */
  ticker: Ticker | undefined;
  /** Waits that the process must not exit under. */
  holds: number;
  /** What to run once the look is over, in order of registration. */
  ready: Ready[];
  /** Looks whether agents stopped; runs now and then while somebody waits. */
  readonly checkLives: (agent: Agent) => void;
}

/** Something to run outside every lock. */
export interface Ready {
  /** Order of registration; what is ready at the same time runs in this order. */
  readonly order: number;
  readonly run: (agent: Agent) => void;
}

/** One thing an agent waits for. */
export interface Waiter extends Ready {
  /** 0-1023: looked at when that hint bit is set; -1: on every wake. */
  readonly hint: number;
  /** Registers interest (again) and looks at the truth. True: it is over; the waiter is taken off the list. */
  readonly poll: (agent: Agent) => boolean;
}

export function agentAt(memory: Memory, index: number): number {
  return memory.layout.agents + index * AGENT_WORDS;
}

export function agentStateOf(word: number): number {
  return word & 7;
}

export function agentByOf(word: number): number {
  return (word >>> 3) & 63;
}

export function incarnationOf(word: number): number {
  return (word >>> 9) & incarnationMax;
}

export function agentWord(state: number, by: number, incarnation: number): number {
  return state | (by << 3) | ((incarnation & incarnationMax) << 9);
}

/** Whether an agent is LIVE now, whatever its incarnation. */
export function isLive(memory: Memory, index: number): boolean {
  return agentStateOf(load(memory.words, agentAt(memory, index) + A_STATE)) === AGENT_LIVE;
}
