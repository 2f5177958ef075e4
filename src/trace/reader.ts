/** Reads all trace rings of a space, and goes on where it was. Not here: what the events mean (record.ts). */
import type { TraceCursor, TraceEvent } from '../cells/trace-ring.ts';
import { readRing, traceStart } from '../cells/trace-ring.ts';
import type { Core } from '../core.ts';

/** What one look at all rings found. */
export interface Reading {
  /** In order of time; those of one agent in the order in which it noted them. */
  readonly events: readonly TraceEvent[];
  readonly lost: number;
  /** Agents that lost events, each with how many. */
  readonly lostBy: ReadonlyMap<number, number>;
}

export class TraceReader {
  readonly #core: Core;
  readonly #cursors: TraceCursor[] = [];

  constructor(core: Core) {
    this.#core = core;
  }

  /** What came since the last call. Nothing where the space is not traced, or once this thread has left it. */
  read(): Reading {
    const { agent, isClosed } = this.#core;
    const { agents, traceEvents } = agent.layout.limits;
    const found: TraceEvent[][] = [];
    const lostBy = new Map<number, number>();
    let lost = 0;
    for (let index = 0; traceEvents > 0 && !isClosed && index < agents; index++) {
      const ring = readRing(agent, index, this.#cursors[index] ?? traceStart);
      this.#cursors[index] = ring.next;
      found.push(ring.events);
      lost += ring.lost;
      if (ring.lost > 0) lostBy.set(index, ring.lost);
    }
    // The sort is stable: events of one agent that have the same time stay in order.
    return { events: found.flat().sort((a, b) => a.atNs - b.atNs), lost, lostBy };
  }
}
