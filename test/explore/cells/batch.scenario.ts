/** Rings that a batch holds back are sent before it waits for what they cause, and once to each agent. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { A_RING } from '#fenceline/base/layout.js';
import { batched } from '#fenceline/cells/doorbell.js';
import { agentAt } from '#fenceline/cells/memory.js';
import { agentIn, describeWordOf, newWorld } from '../world.ts';
import { isRaised, raise, sleepFor } from './doorbells.ts';

const size = { seated: 2 };

export default scenario({
  setup: () => newWorld(size),
  agents: {
    batcher: (world) =>
      batched(agentIn(world, 0), () => {
        raise(world, 0, 1, 1);
        raise(world, 0, 2, 1);
        sleepFor(world, 0, () => isRaised(world, 3));
        batched(agentIn(world, 0), () => raise(world, 0, 4, 1));
        return 'answered';
      }),
    other: (world) => {
      sleepFor(world, 1, () => isRaised(world, 1) && isRaised(world, 2));
      raise(world, 1, 3, 0);
      sleepFor(world, 1, () => isRaised(world, 4));
      return 'woken';
    },
  },
  after: (world) => {
    assert((world.memory.words[agentAt(world.memory, 1) + A_RING] ?? 0) <= 2, 'Two rings for three flags at most.');
    assert.equal(agentIn(world, 0).batch, undefined);
  },
  describeWord: describeWordOf(size),
});
