/** Two transactions move amounts between two buffers in opposite orders: nothing is lost, and no buffer is half written. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { B_CONTENTS, BUFFER_WORDS } from '#fenceline/base/layout.js';
import { placeLocked } from '#fenceline/memory/placement.js';
import { agentIn } from '../world.ts';
import { assertAtRest } from './accounting.ts';
import { declare, newBuffer, newSpace, payloadAt, small } from './space-world.ts';
import { transfer } from './transactions.ts';

const names = ['left', 'right'];

export default scenario({
  setup: () => {
    const space = newSpace({ seated: 3, buffers: 2 });
    const owner = agentIn(space, 2);
    for (let index = 0; index < 2; index++) {
      const { buffer } = newBuffer(owner);
      assert(placeLocked(owner, buffer));
      space.payload[payloadAt(space, buffer)] = 100;
    }
    return space;
  },
  agents: {
    left: (space) => transfer(space, agentIn(space, 0), 0, 1, 10).isDone,
    right: (space) => transfer(space, agentIn(space, 1), 1, 0, 5).isDone,
  },
  afterDeath: (space, dead) => {
    const undertaker = declare(space, names.indexOf(dead));
    // Whoever looks next gets whole buffers, or is told.
    transfer(space, undertaker, 0, 1, 0);
  },
  after: (space, { left, right }) => {
    assertAtRest(space);
    const first = space.payload[payloadAt(space, 0)] ?? 0;
    const second = space.payload[payloadAt(space, 1)] ?? 0;
    const { words } = space.memory;
    const contents = [0, 1].map((buffer) => words[space.layout.buffers + buffer * BUFFER_WORDS + B_CONTENTS]);
    // Each buffer is whole: what it was after some of the transfers, all or nothing of each.
    assert([100, 90, 105, 95].includes(first), `The first holds ${first}.`);
    assert([100, 110, 95, 105].includes(second), `The second holds ${second}.`);
    if (contents.every((code) => code === 0)) assert.equal(first + second, 200, 'The sum is kept.');
    if (left && right) assert.deepEqual([first, second], [95, 105]);
  },
  options: { preemptions: 1, patches: small },
});
