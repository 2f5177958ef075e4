/** Two jobs whose kernels need each other to run at the same time, and two workers: no worker sleeps while a job is ready. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { ACCESS_WRITE } from '#fenceline/schedule/job.js';
import { agentIn } from '../world.ts';
import { assertEmpty } from './accounting.ts';
import { newJobs, useOf } from './jobs.ts';
import { call, closePool, collectAll, drop, meeting, serve, specOf } from './pool-calls.ts';
import { small } from './space-world.ts';

export default scenario({
  setup: () => newJobs(2, { seated: 4 }),
  agents: {
    main: (world) => {
      const agent = agentIn(world, 0);
      const one = call(agent, specOf(meeting[0], [useOf(world, 0, ACCESS_WRITE)]));
      const two = call(agent, specOf(meeting[1], [useOf(world, 1, ACCESS_WRITE)]));
      const outcomes = collectAll(agent, [one, two], true);
      for (const { buffer } of world.ids) drop(agent, buffer);
      closePool(agent);
      return outcomes;
    },
    worker: (world) => serve(world, agentIn(world, 1)) >= 0,
    second: (world) => serve(world, agentIn(world, 2)) >= 0,
  },
  after: (world, { main }) => {
    assertEmpty(world);
    assert.equal(main, '0 0');
  },
  options: { preemptions: 1, patches: small },
});
