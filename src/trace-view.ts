/**
 * The trace rings of a space as Chrome trace JSON, which Perfetto and chrome://tracing open: one track per thread, its
 * jobs and sleeps, and arrows from where a job was submitted to where it ran.
 */

import type { TraceEvent } from './cells/trace.ts';
import {
  readTrace,
  TRACE_BEGIN,
  TRACE_END,
  TRACE_SIGNAL,
  TRACE_SUBMIT,
  TRACE_WAIT,
  TRACE_WAKE,
} from './cells/trace.ts';
import type { Core } from './core.ts';

/** One event of the Chrome trace format. */
export interface ChromeEvent {
  readonly name: string;
  readonly ph: string;
  readonly ts: number;
  readonly pid: number;
  readonly tid: number;
  readonly [field: string]: unknown;
}

export interface ChromeTrace {
  readonly traceEvents: readonly ChromeEvent[];
  /** Events that no longer were in their ring. */
  readonly lost: number;
}

const names: WeakMap<Core, Map<number, string>> = new WeakMap();
const process = 1;

/** What the trace calls a kernel. */
export function nameKernel(core: Core, pool: number, kernel: number, name: string): void {
  let map = names.get(core);
  if (map === undefined) {
    map = new Map();
    names.set(core, map);
  }
  // With several pools in one trace, the first pool's name of that number stands.
  if (pool >= 0 && !map.has(kernel)) map.set(kernel, name);
}

/** All that the rings hold. Context: any time; threads that still write may be ahead of it. */
export function chromeTrace(core: Core): ChromeTrace {
  const { agent } = core;
  const events: ChromeEvent[] = [];
  let lost = 0;
  if (agent.layout.limits.traceEvents === 0) return { traceEvents: events, lost };
  for (let index = 0; index < agent.layout.limits.agents; index++) {
    const ring = readTrace(agent, index);
    if (ring.events.length === 0) continue;
    lost += ring.lost;
    const label = index === agent.index ? 'this thread' : `agent ${index}`;
    events.push({ name: 'thread_name', ph: 'M', ts: 0, pid: process, tid: index, args: { name: label } });
    for (const event of ring.events) events.push(...draw(core, event));
  }
  return { traceEvents: events, lost };
}

function draw(core: Core, event: TraceEvent): ChromeEvent[] {
  const base = { ts: event.atUs, pid: process, tid: event.agent };
  const name = (kernel: number): string => names.get(core)?.get(kernel) ?? (kernel < 0 ? 'local' : `kernel ${kernel}`);
  switch (event.kind) {
    case TRACE_SUBMIT:
      return [
        { ...base, name: `submit ${name(event.second)}`, ph: 'i', s: 't' },
        { ...base, name: 'job', ph: 's', cat: 'job', id: event.first },
      ];
    case TRACE_BEGIN:
      return [
        { ...base, name: name(event.second & 0xffff), ph: 'B', args: { job: event.first, part: event.second >> 16 } },
        { ...base, name: 'job', ph: 'f', bp: 'e', cat: 'job', id: event.first },
      ];
    case TRACE_END:
      return [{ ...base, name: 'end', ph: 'E', args: { error: event.second } }];
    case TRACE_SIGNAL:
      return [{ ...base, name: 'signal', ph: 'i', s: 't', args: { job: event.first, error: event.second } }];
    case TRACE_WAIT:
      return [{ ...base, name: 'sleep', ph: 'B' }];
    case TRACE_WAKE:
      return [{ ...base, name: 'sleep', ph: 'E' }];
    default:
      return [];
  }
}
