/** An agent writes into its ring, over and over, while another reads it: what is read is whole, what is not is counted. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { traceStart } from '#fenceline/cells/trace-ring.js';
import { agentIn, describeWordOf, type World } from '../world.ts';
import { assertAllAccounted, newRing, read, reader, type Seen, size, smallRing, write, writer } from './trace-rings.ts';

const offered = 4;

function newSeen(): Seen {
  return { numbers: [], lost: 0, cursor: traceStart };
}

export default scenario({
  setup: (): { world: World; seen: Seen } => ({ world: newRing(), seen: newSeen() }),
  agents: {
    writer: ({ world }) => write(agentIn(world, writer), 1, offered),
    reader: ({ world, seen }) => {
      read(agentIn(world, reader), seen);
      read(agentIn(world, reader), seen);
    },
  },
  after: ({ world, seen }) => {
    read(agentIn(world, reader), seen);
    assertAllAccounted(seen, offered);
    write(agentIn(world, writer), offered + 1, offered + 1);
    read(agentIn(world, reader), seen);
    assert.equal(seen.numbers.at(-1), offered + 1, 'Nobody is in the way any more.');
  },
  describeWord: describeWordOf(size),
  options: { patches: smallRing },
});
