/** Two jobs that need two buffers each, and memory for three: all or nothing, in order of submission, and nobody spins. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { ACCESS_UPDATE, ACCESS_WRITE } from '#fenceline/schedule/job.js';
import { agentIn } from '../world.ts';
import { assertEmpty } from './accounting.ts';
import { declareAndServe, newJobs, useOf } from './jobs.ts';
import { call, closePool, collect, drop, serve, specOf, waitCalled } from './pool-calls.ts';
import { small } from './space-world.ts';

export default scenario({
  setup: () => newJobs(4, { budget: 3 }),
  agents: {
    main: (world) => {
      const agent = agentIn(world, 0);
      const one = call(agent, specOf(5, [useOf(world, 0, ACCESS_WRITE), useOf(world, 1, ACCESS_UPDATE)]));
      const two = call(agent, specOf(6, [useOf(world, 2, ACCESS_WRITE), useOf(world, 3, ACCESS_UPDATE)]));
      waitCalled(agent, [one]);
      const first = collect(agent, one);
      drop(agent, 0);
      drop(agent, 1);
      waitCalled(agent, [two]);
      const outcome = [first, collect(agent, two)].join(' ');
      drop(agent, 2);
      drop(agent, 3);
      closePool(agent);
      return outcome;
    },
    worker: (world) => serve(world, agentIn(world, 1)),
  },
  afterDeath: declareAndServe,
  after: (world, { main }) => {
    assertEmpty(world);
    if (main === '0 0') assert.deepEqual(world.ran, ['5.0', '6.0']);
  },
  options: { preemptions: 1, patches: small },
});
