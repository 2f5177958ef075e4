/**
 * A device moves a buffer that another one has mapped, and that is listening from its event loop: it is told, and its
 * mapping is stale from before the buffer moves. Wherever the mover dies, the mapping is stale or the buffer is where it was.
 */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { assertAtRest } from '../schedule/accounting.ts';
import { declare, small } from '../schedule/space-world.ts';
import { agentIn } from '../world.ts';
import { assertEnded, assertFreshOnes, type Devices, listen, mapAndWork, newDevices } from './devices.ts';

export default scenario({
  setup: (): Devices =>
    newDevices({
      ...{ devices: 2, buffers: 2, room: 1 },
      mapped: [
        [0, 0],
        [0, 1],
        [1, 0],
        [1, 1],
      ],
    }),
  agents: {
    mover: (world) => mapAndWork(world, agentIn(world, 0), 1) > 0,
    importer: (world) => {
      listen(world, 1);
      return true;
    },
  },
  always: assertFreshOnes,
  afterDeath: (world) => {
    assert(mapAndWork(world, declare(world, 0), 1) > 0);
  },
  after: (world, { mover }) => {
    assertAtRest(world);
    if (mover === true) assertEnded(world, undefined);
  },
  options: { killAgents: ['mover'], preemptions: 2, patches: small },
});
