/** Two jobs that have nothing to do with each other, two workers: both run, whoever takes them. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { ACCESS_WRITE } from '#fenceline/schedule/job.js';
import { agentIn } from '../world.ts';
import { assertEmpty } from './accounting.ts';
import { declareAndServe, newJobs, useOf } from './jobs.ts';
import { call, closePool, collectAll, drop, serve, specOf } from './pool-calls.ts';
import { small } from './space-world.ts';

export default scenario({
  setup: () => newJobs(2, { seated: 4 }),
  agents: {
    main: (world) => {
      const agent = agentIn(world, 0);
      const first = call(agent, specOf(5, [useOf(world, 0, ACCESS_WRITE)]));
      const second = call(agent, specOf(6, [useOf(world, 1, ACCESS_WRITE)]));
      const outcome = collectAll(agent, [first, second], true);
      for (const { buffer } of world.ids) drop(agent, buffer);
      closePool(agent);
      return outcome;
    },
    worker: (world) => serve(world, agentIn(world, 1)) >= 0,
    second: (world) => serve(world, agentIn(world, 2)) >= 0,
  },
  afterDeath: declareAndServe,
  after: (world, { main }) => {
    assertEmpty(world);
    if (main === '0 0') assert.deepEqual([...world.ran].sort(), ['5.0', '6.0']);
  },
  options: { preemptions: 1, patches: small },
});
