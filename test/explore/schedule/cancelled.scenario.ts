/** A job is cancelled while it is queued, admitted, running or over: it runs at most once, and says so if it did not. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { codeNumber } from '#fenceline/base/errors.js';
import { ACCESS_WRITE } from '#fenceline/schedule/job.js';
import { agentIn } from '../world.ts';
import { assertEmpty } from './accounting.ts';
import { declareAndServe, newJobs, useOf } from './jobs.ts';
import { call, cancel, closePool, collect, drop, serve, specOf, waitCalled } from './pool-calls.ts';
import { small } from './space-world.ts';

const canceled = codeNumber('ECANCELED');

export default scenario({
  setup: () => newJobs(1, { jobs: 1 }),
  agents: {
    main: (world) => {
      const agent = agentIn(world, 0);
      const use = useOf(world, 0, ACCESS_WRITE);
      const job = call(agent, specOf(5, [use]));
      cancel(agent, job);
      waitCalled(agent, [job]);
      const outcome = collect(agent, job);
      drop(agent, use.buffer);
      closePool(agent);
      return outcome;
    },
    worker: (world) => serve(world, agentIn(world, 1)) >= 0,
  },
  afterDeath: declareAndServe,
  after: (world, { main, worker }) => {
    assertEmpty(world);
    if (main !== undefined && worker !== undefined) assert([0, canceled].includes(main));
    if (main === 0) assert.deepEqual(world.ran, ['5.0']);
  },
  options: { preemptions: 1, patches: small },
});
