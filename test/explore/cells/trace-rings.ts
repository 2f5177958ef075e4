/** A ring of two segments of one event each, in a tiny world: whoever writes or reads it is checked for whole events. */
import assert from 'node:assert/strict';
import type { Patch } from 'fenceline/check';
import type { Agent } from '#fenceline/cells/memory.js';
import {
  note,
  openTracer,
  readRing,
  repairRings,
  type TraceCursor,
  type TraceEvent,
} from '#fenceline/cells/trace-ring.js';
import { agentIn, newWorld, shrink, type World } from '../world.ts';

export const size = { seated: 3, traceEvents: 1 };
/** Two segments of one event each. */
export const smallRing: readonly Patch[] = [shrink('src/base/layout.ts', 'traceSegments', 2)];

export const writer = 0;
export const reader = 1;

/** The first agent is traced. */
export function newRing(): World {
  const world = newWorld(size, [repairRings]);
  agentIn(world, writer).tracer = openTracer(world.memory, writer, 0, 0);
  return world;
}

/** An agent that takes the writer's seat. */
export function writerOf(world: World, incarnation: number): Agent {
  return { ...agentIn(world, writer), tracer: openTracer(world.memory, writer, incarnation, 0) };
}

/** Writes events `from` to `to`, whose words all say which one they are. */
export function write({ words, tracer }: Agent, from: number, to: number): void {
  assert(tracer);
  for (let event = from; event <= to; event++) note(words, tracer, event, event, event, event * (2 ** 32 + 1), event);
}

/** What a reader has seen: the numbers of events, and how many it was told are lost. */
export interface Seen {
  readonly numbers: number[];
  lost: number;
  cursor: TraceCursor;
}

export function read(agent: Agent, seen: Seen): void {
  const { events, lost, next } = readRing(agent, writer, seen.cursor);
  for (const event of events) seen.numbers.push(numberOf(event));
  seen.lost += lost;
  seen.cursor = next;
}

function numberOf(event: TraceEvent): number {
  const { kind } = event;
  const { subject, generation, point, detail } = event;
  assert.deepEqual(
    [subject, generation, point, detail],
    [kind, kind, kind * (2 ** 32 + 1), kind],
    'An event is whole.',
  );
  return kind;
}

/** Every event is seen or lost, none twice. */
export function assertAllAccounted({ numbers, lost }: Seen, offered: number): void {
  assert.deepEqual(
    numbers,
    [...new Set(numbers)].sort((a, b) => a - b),
    'Events are seen once, in order.',
  );
  assert.equal(numbers.length + lost, offered, `${numbers.length} seen and ${lost} lost are all ${offered}.`);
}
