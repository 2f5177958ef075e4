/** Two workers, one buffer: the reader of what another job writes does not begin before that is over. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { ACCESS_READ, ACCESS_WRITE } from '#fenceline/schedule/job.js';
import { agentIn } from '../world.ts';
import { assertEmpty } from './accounting.ts';
import { declareAndServe, newJobs, useOf } from './jobs.ts';
import { call, closePool, collect, drop, serve, specOf, waitCalled } from './pool-calls.ts';
import { small } from './space-world.ts';

export default scenario({
  setup: () => newJobs(1, { seated: 4 }),
  agents: {
    main: (world) => {
      const agent = agentIn(world, 0);
      const write = call(agent, specOf(5, [useOf(world, 0, ACCESS_WRITE)]));
      const read = call(agent, specOf(6, [useOf(world, 0, ACCESS_READ)]));
      waitCalled(agent, [write, read], true);
      const outcome = [collect(agent, write), collect(agent, read)].join(' ');
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
    if (main === '0 0') assert(world.ran.includes('read 5'));
  },
  options: { preemptions: 1, patches: small },
});
