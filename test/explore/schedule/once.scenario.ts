/** A job that may not run again, whose worker may die at any step: it runs at most once, and is no success if it was cut short. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { codeNumber } from '#fenceline/base/errors.js';
import { ACCESS_UPDATE } from '#fenceline/schedule/job.js';
import { agentIn } from '../world.ts';
import { assertEmpty } from './accounting.ts';
import { declareAndServe, newJobs, useOf } from './jobs.ts';
import { call, closePool, collect, drop, serve, specOf, waitCalled } from './pool-calls.ts';
import { small } from './space-world.ts';

const dead = codeNumber('EOWNERDEAD');

export default scenario({
  setup: () => newJobs(1, { jobs: 1, chunks: 2 }),
  agents: {
    main: (world) => {
      const agent = agentIn(world, 0);
      const use = useOf(world, 0, ACCESS_UPDATE);
      const job = call(agent, specOf(5, [use], { retries: 2 }));
      waitCalled(agent, [job], true);
      const outcome = collect(agent, job);
      drop(agent, use.buffer);
      closePool(agent);
      return outcome;
    },
    worker: (world) => serve(world, agentIn(world, 1)) >= 0,
  },
  afterDeath: declareAndServe,
  after: (world, { main }) => {
    assertEmpty(world);
    assert(main === 0 || main === dead);
    assert(world.ran.length <= 1, 'It runs once.');
    if (main === 0) assert.deepEqual(world.ran, ['5.0']);
  },
  options: { preemptions: 0, killAgents: ['worker'], patches: small },
});
