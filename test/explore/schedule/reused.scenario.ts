/** A job slot is used again while a slow worker still means the job that was in it: the next one has an order of its own. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { ACCESS_READ, ACCESS_WRITE } from '#fenceline/schedule/job.js';
import { agentIn } from '../world.ts';
import { newJobs, useOf } from './jobs.ts';
import { call, closePool, collect, serve, specOf, waitCalled } from './pool-calls.ts';
import { small } from './space-world.ts';

export default scenario({
  setup: () => newJobs(2, { seated: 4 }),
  agents: {
    main: (world) => {
      const agent = agentIn(world, 0);
      const write = call(agent, specOf(5, [useOf(world, 0, ACCESS_WRITE)]));
      // Taken first, over first, and its slot is the next one's.
      const other = call(agent, { ...specOf(7, [useOf(world, 1, ACCESS_WRITE)]), priority: 1 });
      waitCalled(agent, [other]);
      const first = collect(agent, other);
      const read = call(agent, specOf(6, [useOf(world, 0, ACCESS_READ)]));
      waitCalled(agent, [write, read]);
      const outcome = [first, collect(agent, write), collect(agent, read)].join(' ');
      closePool(agent);
      return outcome;
    },
    worker: (world) => serve(world, agentIn(world, 1)),
    second: (world) => serve(world, agentIn(world, 2)),
  },
  after: (world, { main }) => {
    assert.equal(main, '0 0 0');
    assert.deepEqual(
      world.ran.filter((one) => one.startsWith('read')),
      ['read 5'],
    );
  },
  options: { preemptions: 2, patches: small },
});
