/** Traces as entries of this thread's performance timeline: what lasted as measures, the rest as marks. */
import type { TraceEvent } from '../cells/trace-ring.ts';
import type { Core } from '../core.ts';
import { coreOf, type Space } from '../space.ts';
import { Labels } from './labels.ts';
import { TraceReader } from './reader.ts';
import type { TraceRecord } from './record.ts';
import { toRecord } from './record.ts';
import { Spans } from './spans.ts';

interface Measuring {
  readonly reader: TraceReader;
  readonly spans: Spans;
}

/** What is kept between two calls. */
const measurings: WeakMap<Core, Measuring> = new WeakMap();

/**
 * Adds what was traced since the last call to this thread's performance timeline: `performance.measure` of 'fenceline:<point>
 * <subject>' for what lasted, once it has ended, `performance.mark` of 'fenceline:<point> <what> <subject>' for the rest. The
 * record of its beginning is the entry's `detail`. Context: at any time. The timeline keeps entries until they are cleared.
 * Outcomes: how many entries were made, and how many events were lost; throws EINVAL if the space is closed.
 */
export function measureTrace(space: Space): { entries: number; lost: number } {
  const core = coreOf(space);
  const { reader, spans } = measuringOf(core);
  const { events, lost, lostBy } = reader.read();
  for (const agent of lostBy.keys()) spans.forget(agent);
  let entries = 0;
  // What begun before this call is named from what is known now: names of jobs are among the events.
  const labels = new Labels(core, events);
  for (const event of events) {
    const ended = spans.add(event);
    for (const { begin, end } of ended) if (end !== undefined) entries += measure(core, labels, begin, end);
    const record = toRecord(core, labels, event);
    if (record === undefined || !isMoment(record)) continue;
    const name = `fenceline:${record.point} ${record.what} ${record.subject}`.trimEnd();
    performance.mark(name, { startTime: Math.max(0, record.atMs), detail: record });
    entries++;
  }
  return { entries, lost };
}

function measure(core: Core, labels: Labels, begin: TraceEvent, end: TraceEvent): number {
  const [first, last] = [toRecord(core, labels, begin), toRecord(core, labels, end)];
  if (first === undefined || last === undefined) return 0;
  // What happened before this thread began is moved to its beginning: its timeline has no place before that.
  const start = Math.max(0, first.atMs);
  const name = `fenceline:${first.point} ${first.subject}`.trimEnd();
  performance.measure(name, { start, end: Math.max(start, last.atMs), detail: first });
  return 1;
}

function isMoment({ point, what }: TraceRecord): boolean {
  return point === 'issue' || point === 'signal' || point === 'memory' || what === 'submit' || what === 'backed off';
}

function measuringOf(core: Core): Measuring {
  let measuring = measurings.get(core);
  if (measuring === undefined) {
    measuring = { reader: new TraceReader(core), spans: new Spans() };
    measurings.set(core, measuring);
  }
  return measuring;
}
