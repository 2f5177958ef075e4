/** What the trace rings tell of memory, for a dump. Not here: the rings (src/trace/reader.ts), what is noted (memory/note.ts). */
import {
  TRACE_EVICTED,
  TRACE_FREED,
  TRACE_MOVED,
  TRACE_PLACED,
  TRACE_PUBLISHED,
  TRACE_SWAPPED_IN,
} from '../cells/trace.ts';
import type { TraceEvent } from '../cells/trace-ring.ts';
import type { Core } from '../core.ts';
import { unpackPlace } from '../memory/note.ts';
import { unitBytes } from '../memory/size-class.ts';
import { knownBuffer } from '../report.ts';
import { TraceReader } from '../trace/reader.ts';
import { idOfGeneration, nameOfHeap } from './buffers.ts';
import type { EventDump, EventKind, HistoryDump } from './format.ts';

const kinds: ReadonlyMap<number, EventKind> = new Map([
  [TRACE_PLACED, 'placed'],
  [TRACE_MOVED, 'moved'],
  [TRACE_EVICTED, 'evicted'],
  [TRACE_SWAPPED_IN, 'swapped in'],
  [TRACE_FREED, 'freed'],
  [TRACE_PUBLISHED, 'published'],
]);

/** Outcomes: null if the space is not traced. */
export function historyOf(core: Core): HistoryDump | null {
  if (core.agent.layout.limits.traceEvents === 0) return null;
  const { events, lost } = new TraceReader(core).read();
  const told: EventDump[] = [];
  for (const event of events) {
    const what = kinds.get(event.kind);
    if (what !== undefined) told.push(toEvent(core, what, event));
  }
  return { lost, events: told };
}

function toEvent(core: Core, what: EventKind, event: TraceEvent): EventDump {
  const { generation, heap, from } = unpackPlace(event.generation);
  return {
    atMs: event.atNs / 1e6,
    agent: event.agent,
    what,
    buffer: idOfGeneration(event.subject, generation),
    label: knownBuffer(core, { buffer: event.subject, generation })?.label ?? null,
    sizeBytes: event.point,
    heap: heap < 0 ? null : nameOfHeap(core, heap),
    startBytes: event.detail * unitBytes,
    from: from < 0 ? null : nameOfHeap(core, from),
  };
}
