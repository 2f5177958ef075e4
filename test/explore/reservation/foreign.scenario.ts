/**
 * A writer adds foreign points by the rule of Linux: in place of what is over, of a weaker use of the timeline, at the end,
 * and into a list that has grown beyond its room. Another agent collects without the lock, and sees one of the lists. The
 * writer may die: then what it was adding is there whole, or not at all.
 */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { load, store } from '#fenceline/cells/cell.js';
import type { Points } from '#fenceline/fence/points.js';
import { createTimeline, issue, signal } from '#fenceline/fence/timeline.js';
import { addForeignLocked } from '#fenceline/reservation/foreign-points.js';
import {
  pendingPoints,
  USAGE_BOOKKEEP,
  USAGE_MOVE,
  USAGE_READ,
  USAGE_WRITE,
} from '#fenceline/reservation/reservation.js';
import { idOf } from '../fence/lines.ts';
import { agentIn, describeWordOf, fewPoints, oneTicket, scratchAt, shrink } from '../world.ts';
import { base, newReservation, type ReservationWorld } from './fences.ts';

const size = { seated: 2, timelines: 4 };
const step = 0;

interface ForeignWorld extends ReservationWorld {
  /** A point of a third timeline. */
  readonly other: Points[number];
}

/** What is found after each step of the writer; the slow point, first of all, is left out. */
const lists: readonly string[] = ['', '1', '', '2', '2 3', '3', '4 3', '4 5 other', '4 5 other 3'];

function write(world: ForeignWorld): void {
  const [p1, p2, p3, p4, p5] = world.points;
  assert(p1 && p2 && p3 && p4 && p5);
  addAt(world, 1, [p1], USAGE_WRITE);
  signalAt(world, 2, base + 1);
  // Beyond the room of the first two: the first point, which is over, goes.
  addAt(world, 3, [p2], USAGE_READ);
  addAt(world, 4, [p3], USAGE_BOOKKEEP);
  signalAt(world, 5, base + 2);
  addAt(world, 6, [p4], USAGE_MOVE);
  addAt(world, 7, [p5, world.other], USAGE_WRITE);
  // Earlier than what is listed of its timeline at its usage and at a weaker one.
  addAt(world, 8, [p3], USAGE_MOVE);
}

function addAt(world: ForeignWorld, number: number, points: Points, usage: number): void {
  assert(addForeignLocked(agentIn(world, 0), world.at, points, usage), 'There is room.');
  store(world.memory.words, scratchAt(world, step), number);
}

function signalAt(world: ForeignWorld, number: number, seqno: number): void {
  signal(agentIn(world, 0), world.writer, seqno);
  store(world.memory.words, scratchAt(world, step), number);
}

function look(world: ForeignWorld): string {
  const least = load(world.memory.words, scratchAt(world, step));
  const found: string[] = [];
  for (const point of pendingPoints(world.memory, world.at, USAGE_BOOKKEEP)) {
    if (point.timeline === world.slow.timeline) found.push('slow');
    else found.push(point.timeline === world.other.timeline ? 'other' : `${point.seqno - base}`);
  }
  assert.equal(found.shift(), 'slow', 'What is pending all the time keeps its place.');
  const text = found.join(' ');
  assert(lists.indexOf(text, least) >= 0, `'${text}' was in force, at step ${least} or later.`);
  return text;
}

export default scenario({
  setup: (): ForeignWorld => {
    const world = newReservation(size, 5);
    const writer = createTimeline(agentIn(world, 0));
    return { ...world, other: { ...idOf(writer), seqno: issue(agentIn(world, 0), writer) } };
  },
  agents: {
    writer: (world) => {
      write(world);
      return look(world);
    },
    collector: (world) => look(world),
  },
  afterDeath: (world) => void look(world),
  describeWord: describeWordOf(size),
  options: {
    killAgents: ['writer'],
    preemptions: 1,
    patches: [
      oneTicket,
      fewPoints,
      shrink('src/reservation/foreign-points.ts', 'headerBytes', 48),
      shrink('src/reservation/foreign-points.ts', 'roomLeast', 1),
    ],
  },
});
