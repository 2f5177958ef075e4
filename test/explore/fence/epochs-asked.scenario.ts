/** A number passes five epochs in one step while somebody asks twice for one in between: reached stays reached. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { describeWordOf } from '../world.ts';
import { isAt, newNumber, write } from './wrap.ts';

const size = { seated: 1 };
const values = [2 ** 31 - 1, 6 * 2 ** 30 + 1];
const target = 3 * 2 ** 30;

export default scenario({
  setup: () => newNumber(size, values),
  agents: {
    writer: (world) => write(world, values),
    asker: (world) => [isAt(world, target), isAt(world, target), isAt(world, target)],
  },
  after: (world, { asker }) => {
    assert.deepEqual([...asker].sort(), asker, 'What is reached stays reached.');
    assert(isAt(world, target));
  },
  describeWord: describeWordOf(size),
  options: { preemptions: 3 },
});
