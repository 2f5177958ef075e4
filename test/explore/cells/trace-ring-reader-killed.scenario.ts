/** A reader stops in the middle of a segment: once that is repaired, the writer gets past it again. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { readRing, traceStart } from '#fenceline/cells/trace-ring.js';
import { agentIn, bury, describeWordOf } from '../world.ts';
import { assertAllAccounted, newRing, read, reader, type Seen, size, smallRing, write, writer } from './trace-rings.ts';

export default scenario({
  setup: newRing,
  agents: {
    writer: (world) => write(agentIn(world, writer), 1, 4),
    reader: (world) => readRing(agentIn(world, reader), writer, traceStart).events.length,
  },
  after: (world) => {
    write(agentIn(world, writer), 5, 6);
    const seen: Seen = { numbers: [], lost: 0, cursor: traceStart };
    read(agentIn(world, 2), seen);
    assertAllAccounted(seen, 6);
    assert.equal(seen.numbers.at(-1), 6, 'Nobody is in the way of the last one.');
  },
  afterDeath: (world) => bury(world, reader),
  describeWord: describeWordOf(size),
  options: { patches: smallRing, killAgents: ['reader'] },
});
