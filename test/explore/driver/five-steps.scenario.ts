/**
 * The five steps of seed 001 on three devices at once, with room for one buffer in the device's memory: each maps two
 * buffers, and the move of one throws out what another has mapped, or what it has mapped itself a moment ago. Nobody hangs, contention is never out of
 * memory, no mapping that is not stale names memory that the buffer has left, and everybody is told, wherever one dies.
 */
import { scenario } from 'fenceline/check';
import { assertAtRest } from '../schedule/accounting.ts';
import { declare, small } from '../schedule/space-world.ts';
import { agentIn } from '../world.ts';
import { assertEnded, assertFreshOnes, type Devices, listen, mapAndWork, newDevices } from './devices.ts';

const names = ['gpu', 'vpu', 'npu'];

function run(world: Devices, device: number, ...buffers: readonly number[]): boolean {
  listen(world, device);
  return mapAndWork(world, agentIn(world, device), ...buffers) > 0;
}

export default scenario({
  setup: () =>
    newDevices({
      ...{ devices: 3, buffers: 3, room: 1 },
      mapped: [
        [0, 0],
        [0, 1],
        [1, 1],
        [1, 2],
        [2, 0],
        [2, 2],
      ],
    }),
  agents: {
    gpu: (world) => run(world, 0, 0, 1),
    vpu: (world) => run(world, 1, 1, 2),
    npu: (world) => run(world, 2, 2, 0),
  },
  always: assertFreshOnes,
  afterDeath: (world, dead) => {
    mapAndWork(world, declare(world, names.indexOf(dead)), 1);
  },
  after: (world, results) => {
    const dead = names.findIndex((name) => results[name as keyof typeof results] === undefined);
    assertAtRest(world);
    // What a dead one was doing when it died was done, or was not.
    if (dead < 0) assertEnded(world, undefined);
  },
  options: { preemptions: 1, patches: small },
});
