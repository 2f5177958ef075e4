/**
 * The jobs of a pool that nobody works for any more are ended while a thread that cannot be stopped is still at a part of
 * one, and the submitter of another is just trying to admit it: all are over, and what did not run is no success.
 */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { codeNumber } from '#fenceline/base/errors.js';
import { ACCESS_WRITE } from '#fenceline/schedule/job.js';
import { endPoolJobs } from '#fenceline/schedule/pool-jobs.js';
import { submitJob } from '#fenceline/schedule/submit.js';
import { takeWork } from '#fenceline/schedule/take.js';
import { agentIn } from '../world.ts';
import { assertEmpty } from './accounting.ts';
import { newJobs, useOf } from './jobs.ts';
import { call, collect, drop, run, specOf, waitCalled } from './pool-calls.ts';
import { small } from './space-world.ts';

const canceled = codeNumber('ECANCELED');

export default scenario({
  setup: () => {
    const world = newJobs(2, { seated: 4 });
    const split = call(agentIn(world, 0), specOf(5, [useOf(world, 0, ACCESS_WRITE)], { parts: 2, rows: 2 }));
    const work = takeWork(agentIn(world, 1), 0);
    assert(work !== undefined);
    const queued = { ...submitJob(agentIn(world, 0), specOf(6, [useOf(world, 1, ACCESS_WRITE)])), isQueued: true };
    return { ...world, split, work, queued };
  },
  agents: {
    main: (world) => {
      const agent = agentIn(world, 0);
      const { split } = world;
      const queued = { ...world.queued };
      waitCalled(agent, [split, queued]);
      const outcomes = [collect(agent, split), collect(agent, queued)];
      for (const { buffer } of world.ids) drop(agent, buffer);
      return outcomes;
    },
    worker: (world) => run(world, agentIn(world, 1), world.work),
    closer: (world) => endPoolJobs(agentIn(world, 2), 0, canceled, () => true),
  },
  after: (world, { main }) => {
    assertEmpty(world);
    assert.deepEqual(main, [canceled, canceled]);
  },
  options: { preemptions: 1, patches: small },
});
