/** All jobs of a pool are cancelled while one of them ends and its slot is used again by a job of no pool, which is let alone. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { codeNumber } from '#fenceline/base/errors.js';
import { ring } from '#fenceline/cells/doorbell.js';
import type { Agent } from '#fenceline/cells/memory.js';
import { sleepUntil } from '#fenceline/cells/wait.js';
import { completeJob } from '#fenceline/schedule/complete.js';
import {
  ACCESS_WRITE,
  FINISHING,
  FLAG_CANCELLED,
  hasFlag,
  loadPhase,
  movePhase,
  RUNNING,
} from '#fenceline/schedule/job.js';
import { cancelPool } from '#fenceline/schedule/pool-jobs.js';
import { agentIn } from '../world.ts';
import { assertEmpty } from './accounting.ts';
import { declareAndServe, type JobSpace, newJobs, useOf } from './jobs.ts';
import { call, closePool, collect, drop, serve, specOf, waitCalled } from './pool-calls.ts';
import { small } from './space-world.ts';

const canceled = codeNumber('ECANCELED');

function endCanceller(world: JobSpace, agent: Agent): void {
  world.ended.push('canceller');
  ring(agent, 0, -1);
}

export default scenario({
  setup: () => newJobs(1, { seated: 4, jobs: 1 }),
  agents: {
    main: (world) => {
      const agent = agentIn(world, 0);
      const use = useOf(world, 0, ACCESS_WRITE);
      const job = call(agent, specOf(5, [use]));
      waitCalled(agent, [job], true);
      const outcome = collect(agent, job);
      // As src/local-job.ts: a job that this agent does itself.
      const own = call(agent, specOf(-1, [use], { pool: -1 }));
      assert(movePhase(agent, own.job, loadPhase(agent, own.job), RUNNING, agent.index));
      sleepUntil(agent, () => world.ended.length > 0, Number.POSITIVE_INFINITY);
      assert(!hasFlag(agent, own.job, FLAG_CANCELLED), 'Nobody cancelled this one.');
      assert(movePhase(agent, own.job, loadPhase(agent, own.job), FINISHING, agent.index));
      completeJob(agent, own.job);
      assert.equal(collect(agent, own), 0);
      drop(agent, use.buffer);
      closePool(agent);
      return outcome;
    },
    worker: (world) => serve(world, agentIn(world, 1)) >= 0,
    canceller: (world) => {
      cancelPool(agentIn(world, 2), 0);
      endCanceller(world, agentIn(world, 2));
    },
  },
  afterDeath: (world, dead) => {
    if (dead === 'canceller') endCanceller(world, agentIn(world, 3));
    declareAndServe(world, dead === 'canceller' ? 'second' : dead);
  },
  after: (world, { main, worker }) => {
    assertEmpty(world);
    if (main !== undefined && worker !== undefined) assert([0, canceled].includes(main));
  },
  options: { preemptions: 1, patches: small },
});
