/** What a world is made of and what it tells: types only. */
import type { AgentRun, Task } from './agent-run.ts';
import type { FailureKind } from './report.ts';
import type { Runtime } from './runtime.ts';
import type { ScenarioParts } from './scenario.ts';

/** A failure as it happened; explorer.ts adds the schedule and the replay line. */
export interface Broken {
  readonly kind: FailureKind;
  readonly message: string;
}

/** One row of a readable schedule. */
export interface Row {
  readonly agent: string;
  readonly site: number;
  readonly what: string;
  readonly word: string;
  readonly value: string;
}

/** Who sleeps where, in the order of falling asleep. */
export interface Waiter {
  readonly agent: AgentRun;
  readonly buffer: ArrayBufferLike;
  readonly byte: number;
  /** Undefined for a thread that is blocked. */
  readonly wake: Task | undefined;
  readonly serial: number;
}

export interface WorldSettings {
  readonly parts: ScenarioParts<unknown, Record<string, unknown>>;
  readonly runtime: Runtime;
  /** Code of each site, by id. */
  readonly codes: Uint8Array;
  readonly isHashing: boolean;
  readonly spinsMax: number;
  readonly exploresTimeouts: boolean;
}

/** Learns who woke whom: for partial order reduction. */
export interface Watcher {
  woke(by: number, agent: number, isQueued: boolean): void;
  began(agent: number): void;
}
