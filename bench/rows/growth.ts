/** What one operation costs while 1, 10, ... 100,000 others are there: it should not matter how many. */
import type { SharedBuffer } from 'fenceline';
import { Space } from 'fenceline';
import type { Core } from '#fenceline/core.js';
import type { Point } from '#fenceline/fence/points.js';
import { PENDING, pointStatus } from '#fenceline/fence/points.js';
import type { TimelineWriter } from '#fenceline/fence/timeline.js';
import { createTimeline, issue, signal } from '#fenceline/fence/timeline.js';
import { whenOver } from '#fenceline/waiting.js';
import { openCore } from '../core.ts';
import { type Case, growthOf } from '../growth.ts';
import type { Row, Scale } from '../row.ts';

const parameters = {
  smoke: { rounds: 2, operations: 1000, sizes: [1, 10, 100, 1000] },
  full: { rounds: 7, operations: 100_000, sizes: [1, 10, 100, 1000, 10_000, 100_000] },
};
const timelinesMost = 4096;

export default async function rows(scale: Scale): Promise<readonly Row[]> {
  const { rounds, operations, sizes } = parameters[scale];
  const core = openCore({ timelines: timelinesMost + 16 });
  const space = Space.create({ budgetBytes: 2 ** 20, limits: { buffers: 131_072 } });
  const cases: readonly (readonly [what: string, Case])[] = [
    ['look at one of n pending fences', lookAtPending(core)],
    ['issue and signal, n pending on the timeline', signalAmongPending(core)],
    ['wait and be called, n waiters on one timeline', waitersOnOne(core)],
    ['create and dispose a buffer, n there', buffersThere(space)],
  ];
  const measured: Row[] = [];
  for (const [what, prepare] of cases) measured.push(await growthOf(what, prepare, sizes, operations, rounds));
  await space.close();
  return measured;
}

/** n fences on up to 4096 timelines, and a look at each in turn. */
function lookAtPending({ agent }: Core): Case {
  const writers: TimelineWriter[] = [];
  const points: Point[] = [];
  return (size, operations) => {
    while (points.length < size) {
      const writer = writers[points.length % timelinesMost] ?? createTimeline(agent);
      if (writers.length < timelinesMost) writers.push(writer);
      points.push({ timeline: writer.timeline, generation: writer.generation, seqno: issue(agent, writer) });
    }
    return () => {
      let pending = 0;
      // An index below the length.
      for (let i = 0; i < operations; i++) if (pointStatus(agent, points[i % size] as Point) === PENDING) pending++;
      return pending === operations;
    };
  };
}

/** n points of one timeline stay pending while others are issued and signalled. */
function signalAmongPending({ agent }: Core): Case {
  const writer = createTimeline(agent);
  return (size, operations) => {
    while (writer.issued - writer.completed < size) issue(agent, writer);
    return () => {
      for (let i = 0; i < operations; i++) {
        issue(agent, writer);
        signal(agent, writer, writer.completed + 1);
      }
      return writer.issued - writer.completed >= size;
    };
  };
}

/** n promises wait for n points of one timeline, which are then signalled one by one; again until there were enough. */
function waitersOnOne(core: Core): Case {
  const { agent } = core;
  const writer = createTimeline(agent);
  const { timeline, generation } = writer;
  return (size, operations) => async () => {
    let left = operations;
    let called = 0;
    while (left > 0) {
      const waits: Promise<boolean>[] = [];
      for (let i = Math.min(size, left); i > 0; i--, left--) {
        waits.push(whenOver(core, [{ timeline, generation, seqno: issue(agent, writer) }]));
      }
      for (let i = 0; i < waits.length; i++) signal(agent, writer, writer.completed + 1);
      for (const isOver of await Promise.all(waits)) if (isOver) called++;
    }
    return called === operations;
  };
}

/** n buffers are there while others are created and disposed of. */
function buffersThere(space: Space): Case {
  const there: SharedBuffer[] = [];
  return (size, operations) => {
    while (there.length > size) there.pop()?.dispose();
    while (there.length < size) there.push(space.buffer('u8', [16]));
    return () => {
      let elements = 0;
      for (let i = 0; i < operations; i++) {
        const buffer = space.buffer('u8', [16]);
        elements += buffer.sizeBytes;
        buffer.dispose();
      }
      return elements === 16 * operations;
    };
  };
}
