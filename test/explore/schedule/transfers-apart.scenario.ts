/**
 * Two transactions with nothing in common but the table of chunks, over buffers that nobody has written: whichever dies,
 * the other's record is not taken for its own, and what was published is not taken for unwritten.
 */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { B_FRESH } from '#fenceline/base/layout.js';
import { bufferAt } from '#fenceline/buffer/buffer.js';
import { placeLocked } from '#fenceline/memory/placement.js';
import { agentIn } from '../world.ts';
import { assertAtRest, assertPublished } from './accounting.ts';
import { declare, newBuffer, newSpace, payloadAt, type Space, small } from './space-world.ts';
import { transfer } from './transactions.ts';

/** What a buffer holds: zero until it was written for the first time. */
function amountIn(space: Space, buffer: number): number {
  const isFresh = space.memory.words[bufferAt(space.memory, buffer) + B_FRESH] === 1;
  return isFresh ? 0 : (space.payload[payloadAt(space, buffer)] ?? 0);
}

export default scenario({
  setup: () => {
    const space = newSpace({ seated: 3, buffers: 4, chunks: 2 });
    const owner = agentIn(space, 2);
    for (let index = 0; index < 4; index++) assert(placeLocked(owner, newBuffer(owner).buffer, 0));
    return space;
  },
  agents: {
    left: (space) => transfer(space, agentIn(space, 0), 0, 1, 10).isDone,
    right: (space) => transfer(space, agentIn(space, 1), 2, 3, 5).isDone,
  },
  afterDeath: (space, dead) => {
    declare(space, dead === 'left' ? 0 : 1);
  },
  after: (space, { left, right }) => {
    assertAtRest(space);
    const [b, d] = [amountIn(space, 1), amountIn(space, 3)];
    assert.deepEqual(
      [amountIn(space, 0), amountIn(space, 2)],
      [0 - b, 0 - d],
      'All of a transfer is there, or nothing.',
    );
    assertPublished(space);
    assert(left === undefined ? b === 0 || b === 10 : b === 10, `The left one moved ${b}.`);
    assert(right === undefined ? d === 0 || d === 5 : d === 5, `The right one moved ${d}.`);
  },
  options: { preemptions: 0, killAgents: ['left'], patches: small },
});
