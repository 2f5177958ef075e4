/** A sequence number that grows by several epochs of 2^30 at once; two agents read it, and the writer may die. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { describeWordOf } from '../world.ts';
import { ask, newNumber, read, write } from './wrap.ts';

const size = { seated: 1 };
const values = [2 ** 31 - 1, 2 ** 33 + 1, 2 ** 33 + 2];

export default scenario({
  setup: () => newNumber(size, values),
  agents: {
    writer: (world) => {
      write(world, values);
      return 'done';
    },
    reader: (world) => {
      const first = read(world, values);
      const second = read(world, values);
      assert(second >= first, 'A number never goes backwards.');
      return second;
    },
    asker: (world) => {
      const [isPast, isThere] = [ask(world, values, (values[1] ?? 0) + 1), ask(world, values, values[1] ?? 0)];
      assert(isThere || !isPast, 'Who has passed a number has reached it.');
      return [isPast, isThere];
    },
  },
  afterDeath: (world) => void read(world, values),
  describeWord: describeWordOf(size),
  options: { killAgents: ['writer'], preemptions: 2 },
});
