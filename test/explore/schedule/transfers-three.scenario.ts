/** Three transactions around three buffers, each holding one that the next one wants: nothing hangs, nothing is lost. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { agentIn } from '../world.ts';
import { assertAtRest } from './accounting.ts';
import { declare, newSpace, payloadAt, small } from './space-world.ts';
import { fund, transfer } from './transactions.ts';

const names = ['first', 'second', 'third'];

export default scenario({
  setup: () => {
    const space = newSpace({ seated: 4, buffers: 3 });
    const owner = agentIn(space, 3);
    for (let index = 0; index < 3; index++) fund(space, owner, 100);
    return space;
  },
  agents: {
    first: (space) => transfer(space, agentIn(space, 0), 0, 1, 1).isDone,
    second: (space) => transfer(space, agentIn(space, 1), 1, 2, 2).isDone,
    third: (space) => transfer(space, agentIn(space, 2), 2, 0, 4).isDone,
  },
  afterDeath: (space, dead) => {
    declare(space, names.indexOf(dead));
  },
  after: (space, { first, second, third }) => {
    assertAtRest(space);
    if (!first || !second || !third) return;
    let sum = 0;
    for (let buffer = 0; buffer < 3; buffer++) sum += space.payload[payloadAt(space, buffer)] ?? 0;
    assert.equal(sum, 300, 'The sum is kept.');
    assert.equal(space.payload[payloadAt(space, 0)], 103);
  },
  options: { preemptions: 1, patches: small },
});
