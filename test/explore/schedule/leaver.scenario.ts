/** A submitter leaves while its job is under way, and the worker may die: the job is ended, and its slot freed, by others. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { leave } from '#fenceline/cells/agent.js';
import { ACCESS_WRITE } from '#fenceline/schedule/job.js';
import { agentIn } from '../world.ts';
import { assertEmpty } from './accounting.ts';
import { endSubmitter, newJobs, useOf } from './jobs.ts';
import { call, serve, specOf } from './pool-calls.ts';
import { declare, small } from './space-world.ts';

export default scenario({
  setup: () => newJobs(1, { seated: 4, jobs: 1 }),
  agents: {
    main: (world) => {
      const agent = agentIn(world, 0);
      call(agent, specOf(5, [useOf(world, 0, ACCESS_WRITE)]));
      leave(agent);
    },
    worker: (world) => serve(world, agentIn(world, 1)) >= 0,
    // Closes the pool; not the submitter, so that nobody collects the job.
    closer: (world) => endSubmitter(world, agentIn(world, 2), 'closer', 1),
  },
  afterDeath: (world) => {
    serve(world, declare(world, 1));
  },
  after: (world) => {
    // The pool may be closed before the job was there: then it waits for the next pool.
    if (world.ran.length === 0) return;
    assertEmpty(world);
    assert(world.ran.length === 1);
  },
  options: { preemptions: 1, killAgents: ['worker'], patches: small },
});
