/** The list of a buffer's users is full of an agent's own looks at it: when one ends, the job that found no room is admitted. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { completeJob } from '#fenceline/schedule/complete.js';
import { ACCESS_READ, FINISHING, loadPhase, movePhase, RUNNING } from '#fenceline/schedule/job.js';
import { agentIn, shrink } from '../world.ts';
import { assertEmpty } from './accounting.ts';
import { declareAndServe, newJobs, useOf } from './jobs.ts';
import { call, closePool, collectAll, drop, serve, specOf } from './pool-calls.ts';
import { small } from './space-world.ts';

export default scenario({
  setup: () => newJobs(1, { jobs: 2 }),
  agents: {
    main: (world) => {
      const agent = agentIn(world, 0);
      const uses = [useOf(world, 0, ACCESS_READ)];
      // As src/local-job.ts: a job that this agent does itself.
      const own = call(agent, specOf(-1, uses, { pool: -1 }));
      assert(movePhase(agent, own.job, loadPhase(agent, own.job), RUNNING, agent.index));
      const job = call(agent, specOf(5, uses));
      assert(movePhase(agent, own.job, loadPhase(agent, own.job), FINISHING, agent.index));
      completeJob(agent, own.job);
      const outcomes = collectAll(agent, [own, job], true);
      drop(agent, 0);
      closePool(agent);
      return outcomes;
    },
    worker: (world) => serve(world, agentIn(world, 1)) >= 0,
  },
  afterDeath: declareAndServe,
  after: (world, { main, worker }) => {
    assertEmpty(world);
    if (main !== undefined && worker !== undefined) assert.equal(main, '0 0');
  },
  options: { preemptions: 1, patches: [...small, shrink('src/base/limits.ts', 'pointsPerReservation', 1)] },
});
