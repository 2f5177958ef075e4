/** Memory for one buffer: the second job waits until the first buffer is gone. The submitter only sleeps. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { ACCESS_WRITE } from '#fenceline/schedule/job.js';
import { agentIn } from '../world.ts';
import { assertEmpty } from './accounting.ts';
import { declareAndServe, newJobs, useOf } from './jobs.ts';
import { call, closePool, collectAll, drop, serve, specOf } from './pool-calls.ts';
import { small } from './space-world.ts';

export default scenario({
  setup: () => newJobs(2, { budget: 1 }),
  agents: {
    main: (world) => {
      const agent = agentIn(world, 0);
      const [first, second] = [useOf(world, 0, ACCESS_WRITE), useOf(world, 1, ACCESS_WRITE)];
      const one = call(agent, specOf(5, [first]));
      const two = call(agent, specOf(6, [second]));
      // The first job's end gives its buffer back; nobody but the worker is awake.
      drop(agent, first.buffer);
      const outcome = collectAll(agent, [one, two], true);
      drop(agent, second.buffer);
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
