/**
 * Trace rings: the events of one agent in shared memory, written by it alone and read by anybody, and none lost unseen.
 *
 * State: how many events were written, how many dropped (both only grow: wide-count.ts), and events in segments: event n
 * stands in segment floor(n / size) modulo the number of segments. Each segment has a set of agents that read it.
 * The words of an event are plain, because an atomic store costs as much as all eight of them; so nobody may ever read
 * one that is being written, and it is not enough to notice afterwards that it was.
 *
 *   writer: at the first event of a segment, looks at who reads what stands there. Somebody: the event is dropped, and
 *           counted. Nobody: writes its words, then stores the count <- the commit. Only then is the event there.
 *   reader: adds itself to the segment's readers, then loads the count. The count says that the writer has come to this
 *           segment again: takes itself away, and counts as lost what stood there. Otherwise reads the events below the
 *           count, and takes itself away.
 *
 * Why nothing torn is read: the count that ends the segment before is stored before the writer looks at the readers, and
 * a reader adds itself before it loads the count. Either the writer sees the reader and stays out, or the reader sees
 * that count and does. What it does read was written before the count that it loaded; what overwrites it comes after the
 * writer saw that it had gone. So no plain access races, which the explorer checks (test/explore/trace-ring.test.ts).
 * Why no event is lost unseen: each is written, and then numbered, or dropped, and then counted; a reader counts as lost
 * the numbers that it skipped, and what was dropped since it read last.
 *
 * A writer that stops leaves whole events and at most one that was not counted: the next agent in its seat goes on there.
 * A reader that stops is taken away by its repair. Not covered: who reads while more than 2^31 segments go by.
 * Not here: what the kinds mean (trace.ts).
 */
import {
  RING_WORDS,
  TR_DROPPED,
  TR_PINS,
  TR_WRITTEN,
  TRACE_WORDS,
  traceRingWords,
  traceSegmentEvents,
  traceSegments,
} from '../base/layout.ts';
import type { Words } from './cell.ts';
import { now } from './clock.ts';
import { addAgent, readAgents, removeAgent } from './interest.ts';
import type { Agent, Memory } from './memory.ts';
import { adoptCount, readCount, writeCount } from './wide-count.ts';

/** The writing end of a ring: lives in the agent whose ring it is. */
export interface Tracer {
  /** Address of the ring. */
  readonly ring: number;
  readonly segmentEvents: number;
  /** This thread's clock when the space began. */
  readonly origin: number;
  /** The agent's incarnation, where an event has it. */
  readonly stamp: number;
  written: number;
  dropped: number;
  /** The event before which a segment is to be entered. */
  boundary: number;
  /** Address of the next event. */
  at: number;
}

export interface TraceEvent {
  readonly agent: number;
  readonly incarnation: number;
  /** Nanoseconds since the space began. */
  readonly atNs: number;
  readonly kind: number;
  readonly subject: number;
  readonly generation: number;
  readonly point: number;
  readonly detail: number;
}

/** Where a reader is in a ring. */
export interface TraceCursor {
  readonly written: number;
  readonly dropped: number;
}

export const traceStart: TraceCursor = { written: 0, dropped: 0 };

/** Opens the ring of an agent's seat for it. Outcomes: undefined if the space is not traced. */
export function openTracer(memory: Memory, index: number, incarnation: number, origin: number): Tracer | undefined {
  if (memory.layout.limits.traceEvents === 0) return undefined;
  const ring = ringAt(memory, index);
  const segmentEvents = traceSegmentEvents(memory.layout.limits);
  const written = adoptCount(memory.words, ring + TR_WRITTEN);
  const dropped = adoptCount(memory.words, ring + TR_DROPPED);
  const boundary = Math.ceil(written / segmentEvents) * segmentEvents;
  const at = eventAt(ring, segmentEvents, written);
  return { ring, segmentEvents, origin, stamp: incarnation << kindBits, written, dropped, boundary, at };
}

/** Writes an event, or drops it. Context: the agent whose ring it is. */
export function note(
  words: Words,
  tracer: Tracer,
  kind: number,
  subject: number,
  generation: number,
  point: number,
  detail: number,
): void {
  if (tracer.written === tracer.boundary && !enterSegment(words, tracer)) return;
  const ns = (now() - tracer.origin) * nsPerMs;
  const { at } = tracer;
  words[at] = ns | 0;
  words[at + 1] = ns / 2 ** 32;
  words[at + 2] = kind | tracer.stamp;
  words[at + 3] = subject;
  words[at + 4] = generation;
  words[at + 5] = point | 0;
  words[at + 6] = point / 2 ** 32;
  words[at + 7] = detail;
  tracer.at = at + TRACE_WORDS;
  tracer.written++;
  writeCount(words, tracer.ring + TR_WRITTEN, tracer.written);
}

/** Outcomes: true if nobody reads what is to be overwritten; else the event counts as dropped. */
function enterSegment(words: Words, tracer: Tracer): boolean {
  const { ring, segmentEvents, written } = tracer;
  const pins = pinsAt(ring, written / segmentEvents);
  const readers = readAgents(words, pins, pins + 1);
  if (readers.first !== 0 || readers.rest !== 0) {
    tracer.dropped++;
    writeCount(words, ring + TR_DROPPED, tracer.dropped);
    return false;
  }
  tracer.boundary = written + segmentEvents;
  tracer.at = eventAt(ring, segmentEvents, written);
  return true;
}

/**
 * Events of one agent's ring since the cursor, oldest first, up to those there at the time of the call; how many were
 * lost since; and the cursor for the next call. Context: `reader` is the calling agent; the ring may be its own.
 */
export function readRing(
  reader: Agent,
  index: number,
  from: TraceCursor,
): { events: TraceEvent[]; lost: number; next: TraceCursor } {
  const { words } = reader;
  const ring = ringAt(reader, index);
  const segmentEvents = traceSegmentEvents(reader.layout.limits);
  const written = readCount(words, ring + TR_WRITTEN);
  const dropped = readCount(words, ring + TR_DROPPED);
  const events: TraceEvent[] = [];
  let lost = dropped - from.dropped;
  let at = from.written;
  while (at < written) {
    const end = readSegment(reader, index, at, written, events);
    if (end > at) {
      at = end;
      continue;
    }
    // Its segment is being overwritten, and so may be those before the one that follows in the ring.
    const entered = Math.floor(readCount(words, ring + TR_WRITTEN) / segmentEvents);
    const oldest = (entered - traceSegments + 1) * segmentEvents;
    lost += oldest - at;
    at = oldest;
  }
  return { events, lost, next: { written: at, dropped } };
}

/** Reads the events from `at` to the end of its segment or to `written`. Outcomes: where it ended; `at` if it came too late. */
function readSegment(reader: Agent, index: number, at: number, written: number, events: TraceEvent[]): number {
  const { words } = reader;
  const ring = ringAt(reader, index);
  const segmentEvents = traceSegmentEvents(reader.layout.limits);
  const segment = Math.floor(at / segmentEvents);
  const pins = pinsAt(ring, segment);
  addAgent(words, pins, pins + 1, reader.index);
  try {
    if (readCount(words, ring + TR_WRITTEN) >= (segment + traceSegments) * segmentEvents) return at;
    const end = Math.min(written, (segment + 1) * segmentEvents);
    for (let event = at; event < end; event++) {
      events.push(readEvent(words, eventAt(ring, segmentEvents, event), index));
    }
    return end;
  } finally {
    removeAgent(words, pins, pins + 1, reader.index);
  }
}

function readEvent(words: Words, at: number, agent: number): TraceEvent {
  const kind = wordAt(words, at + 2);
  return {
    agent,
    incarnation: kind >>> kindBits,
    atNs: wordAt(words, at + 1) * 2 ** 32 + (wordAt(words, at) >>> 0),
    kind: kind & (2 ** kindBits - 1),
    subject: wordAt(words, at + 3),
    generation: wordAt(words, at + 4),
    point: (wordAt(words, at + 6) >>> 0) * 2 ** 32 + (wordAt(words, at + 5) >>> 0),
    detail: wordAt(words, at + 7),
  };
}

function wordAt(words: Words, at: number): number {
  // Within the ring.
  return words[at] as number;
}

/** A reader that stopped keeps no segment from being overwritten. */
export function repairRings(agent: Agent, deadIndex: number): void {
  const { words, layout } = agent;
  if (layout.limits.traceEvents === 0) return;
  for (let index = 0; index < layout.limits.agents; index++) {
    for (let segment = 0; segment < traceSegments; segment++) {
      const pins = pinsAt(ringAt(agent, index), segment);
      removeAgent(words, pins, pins + 1, deadIndex);
    }
  }
}

function ringAt(memory: Memory, index: number): number {
  return memory.layout.traces + index * traceRingWords(memory.layout.limits);
}

function pinsAt(ring: number, segment: number): number {
  return ring + TR_PINS + 2 * (segment % traceSegments);
}

function eventAt(ring: number, segmentEvents: number, event: number): number {
  return ring + RING_WORDS + (event % (segmentEvents * traceSegments)) * TRACE_WORDS;
}

/** Bits of the word that kind and incarnation share. */
const kindBits = 8;
const nsPerMs = 1e6;
