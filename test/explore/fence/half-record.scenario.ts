/** An error is written over an older one with another code while somebody reads that one: it never gets the wrong code. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { signalError } from '#fenceline/fence/timeline.js';
import { agentIn, describeWordOf, oneTicket, shrink } from '../world.ts';
import { closed, newLine, pointOf, signalled, watchStatus } from './lines.ts';

const size = { seated: 2 };

export default scenario({
  setup: () => {
    const world = newLine(size, 3, [1]);
    for (const seqno of [1, 2]) signalError(agentIn(world, 0), world.writer, seqno, signalled);
    return world;
  },
  agents: {
    signaller: (world) => signalError(agentIn(world, 0), world.writer, 3, closed),
    reader: (world) => watchStatus(world, pointOf(world, 1), 1)[0],
  },
  after: (_world, { reader }) => assert(reader === 'failed' || reader === 'unknown', `The first point is ${reader}.`),
  describeWord: describeWordOf(size),
  options: { preemptions: 3, patches: [oneTicket, shrink('src/base/timeline-layout.ts', 'recordsPerTimeline', 2)] },
});
