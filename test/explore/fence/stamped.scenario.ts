/** Three points are signalled and one is closed, with room for two stamps: what is over says when, or that this is too old. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { PENDING, pointStamp, pointStatus } from '#fenceline/fence/points.js';
import { closeTimeline, KEEPS_TIMES, signalAt } from '#fenceline/fence/timeline.js';
import { agentIn, bury, describeWordOf, oneTicket, shrink } from '../world.ts';
import { closed, type LineWorld, newLine, pointOf } from './lines.ts';

const size = { seated: 3 };
const names = ['signaller', 'reader'];
/** The moment of a point's signal; of the fourth, of the close. */
const momentOf = (point: number): number => point * 2 ** 40 + point / 2;

export default scenario({
  setup: () => {
    const world = newLine(size, 4, [1, 2], { wishes: KEEPS_TIMES });
    signalAt(agentIn(world, 0), world.writer, 1, momentOf(1));
    return world;
  },
  agents: {
    signaller: (world) => {
      const agent = agentIn(world, 0);
      for (const point of [2, 3]) signalAt(agent, world.writer, point, momentOf(point));
      closeTimeline(agent, world.writer.timeline, world.writer.generation, closed, momentOf(4));
    },
    reader: (world) => stampsOf(world, [2, 1, 4]),
  },
  afterDeath: (world, dead) => bury(world, names.indexOf(dead)),
  after: (world, { reader }) => {
    // Whoever repaired closed it, at a moment of the explorer's clock.
    const ends = stampsOf(world, [1, 2, 3, 4]);
    for (const [index, point] of [2, 1, 4].entries()) {
      const seen = reader?.[index];
      if (seen === undefined || seen === 'pending' || seen === 'too old') continue;
      assert(seen === momentOf(point) || Number(seen) < momentOf(1), `Point ${point} was seen at ${seen}.`);
    }
    for (const [index, end] of ends.entries()) {
      assert.notEqual(end, 'pending');
      assert(
        end === 'too old' || end === momentOf(index + 1) || Number(end) < momentOf(1),
        `Point ${index + 1}: ${end}.`,
      );
    }
    assert(ends[2] !== 'too old' && ends[3] !== 'too old', 'The last ones are on record.');
  },
  describeWord: describeWordOf(size),
  options: {
    killAgents: true,
    preemptions: 2,
    patches: [oneTicket, shrink('src/base/timeline-layout.ts', 'stampsPerTimeline', 2)],
  },
});

function stampsOf(world: LineWorld, numbers: readonly number[]): (number | string)[] {
  const stamps: (number | string)[] = [];
  for (const number of numbers) stamps.push(stampOf(world, number));
  return stamps;
}

function stampOf(world: LineWorld, number: number): number | string {
  const point = pointOf(world, number);
  if (pointStatus(world.memory, point) === PENDING) return 'pending';
  return pointStamp(world.memory, point) ?? 'too old';
}
