/**
 * Two transactions move amounts between two buffers in opposite orders: nothing is lost, no buffer is half written, and of
 * each transaction all is published or nothing, wherever an agent dies.
 */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { agentIn } from '../world.ts';
import { assertAtRest, assertPublished } from './accounting.ts';
import { declare, newSpace, payloadAt, small } from './space-world.ts';
import { fund, transfer } from './transactions.ts';

const names = ['left', 'right'];

export default scenario({
  setup: () => {
    const space = newSpace({ seated: 3, buffers: 2 });
    const owner = agentIn(space, 2);
    for (let index = 0; index < 2; index++) fund(space, owner, 100);
    return space;
  },
  agents: {
    left: (space) => transfer(space, agentIn(space, 0), 0, 1, 10).isDone,
    right: (space) => transfer(space, agentIn(space, 1), 1, 0, 5).isDone,
  },
  afterDeath: (space, dead) => {
    const undertaker = declare(space, names.indexOf(dead));
    // Whoever looks next gets both buffers as they were before, or as they are after.
    assert(transfer(space, undertaker, 0, 1, 0).isDone);
  },
  after: (space, { left, right }) => {
    assertAtRest(space);
    const first = space.payload[payloadAt(space, 0)] ?? 0;
    const second = space.payload[payloadAt(space, 1)] ?? 0;
    // What they were after some of the transfers.
    assert([100, 90, 105, 95].includes(first), `The first holds ${first}.`);
    assert.equal(first + second, 200, 'The sum is kept.');
    assertPublished(space);
    if (left && right) assert.deepEqual([first, second], [95, 105]);
  },
  options: { preemptions: 1, patches: small },
});
