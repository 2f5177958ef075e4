/** Agents number names that begin alike, one of them the same name, and one of them dies: all who live agree. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { className, classNumber } from '#fenceline/lock/lock-graph.js';
import { agentIn, describeWordOf, newWorld, oneTicket } from '../world.ts';

const size = { seated: 3, buffers: 1, lockClasses: 4 };
const names = { left: 'common-end', right: 'common-end', other: 'common-tip' } as const;

export default scenario({
  setup: () => newWorld(size),
  agents: {
    left: (world) => classNumber(agentIn(world, 0), names.left),
    right: (world) => classNumber(agentIn(world, 1), names.right),
    other: (world) => classNumber(agentIn(world, 2), names.other),
  },
  after: (world, numbers) => {
    for (const who of ['left', 'right', 'other'] as const) {
      const number = numbers[who];
      if (number === undefined) continue;
      assert.equal(className(world.memory, number), names[who], 'A number leads back to its name.');
      assert.equal(classNumber(world.memory, names[who]), number, 'A name has one number.');
    }
    if (numbers.left !== undefined && numbers.right !== undefined) assert.equal(numbers.left, numbers.right);
    const free = classNumber(world.memory, 'another');
    assert(free >= 0 && free < 3, 'A beginning that was left behind costs one slot at most.');
  },
  describeWord: describeWordOf(size),
  options: { preemptions: 2, patches: [oneTicket] },
});
