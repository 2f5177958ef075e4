/**
 * Two transactions need two buffers each, and memory has room for two: each evicts what the other has, and whoever has to
 * give way does. Nobody hangs, nobody is told that there is no memory, and no byte is lost, wherever one dies.
 */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { assertAtRest } from '../schedule/accounting.ts';
import { declare, small } from '../schedule/space-world.ts';
import { agentIn } from '../world.ts';
import { bringTogether, newResidents, placeOf } from './residents.ts';

const names = ['left', 'right'];

export default scenario({
  setup: () => newResidents(4, 2, 3),
  agents: {
    left: (space) => bringTogether(space, agentIn(space, 0), [0, 1]) > 0,
    right: (space) => bringTogether(space, agentIn(space, 1), [2, 3]) > 0,
  },
  afterDeath: (space, dead) => {
    const undertaker = declare(space, names.indexOf(dead));
    assert(bringTogether(space, undertaker, [1, 2]) > 0);
  },
  after: (space) => {
    assertAtRest(space);
    for (let buffer = 0; buffer < 4; buffer++) {
      const { memory, at } = placeOf(space, buffer);
      assert.equal(memory[at], buffer + 10, `Buffer ${buffer} holds what it held.`);
    }
  },
  options: { preemptions: 1, patches: small },
});
