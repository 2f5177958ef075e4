/** Two workers, one buffer: the reader of what another job writes does not begin before that is over. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { ACCESS_READ, ACCESS_WRITE } from '#fenceline/schedule/job.js';
import { agentIn } from '../world.ts';
import { assertEmpty } from './accounting.ts';
import { declareAndServe, newJobs, useOf } from './jobs.ts';
import { call, closePool, collectAll, drop, serve, specOf } from './pool-calls.ts';
import { small } from './space-world.ts';

export default scenario({
  setup: () => newJobs(1, { seated: 4 }),
  agents: {
    main: (world) => {
      const agent = agentIn(world, 0);
      const write = call(agent, specOf(5, [useOf(world, 0, ACCESS_WRITE)]));
      const read = call(agent, specOf(6, [useOf(world, 0, ACCESS_READ)]));
      const outcome = collectAll(agent, [write, read], true);
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
