/**
 * Jobs over two buffers, and memory for one: each goes out while the other is worked on, and comes back with what was in it.
 * The first job that does not fit waits until the one before it is over; nobody hangs, wherever an agent dies.
 */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { ACCESS_READ, ACCESS_WRITE } from '#fenceline/schedule/job.js';
import { assertEmpty } from '../schedule/accounting.ts';
import { declareAndServe, newJobs, useOf } from '../schedule/jobs.ts';
import { call, closePool, collectAll, drop, serve, specOf } from '../schedule/pool-calls.ts';
import { small } from '../schedule/space-world.ts';
import { agentIn } from '../world.ts';

export default scenario({
  setup: () => newJobs(2, { jobs: 3, budget: 1, more: [{ units: 3, kind: 1 }] }),
  agents: {
    main: (world) => {
      const agent = agentIn(world, 0);
      const [first, second] = [useOf(world, 0, ACCESS_WRITE), useOf(world, 1, ACCESS_WRITE)];
      const jobs = [
        call(agent, specOf(5, [first])),
        call(agent, specOf(6, [second])),
        call(agent, specOf(7, [{ ...first, access: ACCESS_READ }])),
      ];
      const outcome = collectAll(agent, jobs);
      drop(agent, first.buffer);
      drop(agent, second.buffer);
      closePool(agent);
      return outcome;
    },
    worker: (world) => serve(world, agentIn(world, 1)) >= 0,
  },
  afterDeath: declareAndServe,
  after: (world, { main, worker }) => {
    assertEmpty(world);
    for (const line of world.ran)
      assert(!line.startsWith('read') || line === 'read 5', `What comes back is whole (${line}).`);
    if (main !== undefined && worker !== undefined) assert.equal(main, '0 0 0');
  },
  options: { preemptions: 1, patches: small },
});
