/** A job is submitted while another agent holds the lock of its buffer: it is admitted when that comes free, by a worker. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { holdBuffer, lockOf } from '#fenceline/buffer/buffer.js';
import { closeLockSet, openLockSet } from '#fenceline/reservation/lock-set.js';
import { ACCESS_WRITE } from '#fenceline/schedule/job.js';
import { agentIn } from '../world.ts';
import { assertEmpty } from './accounting.ts';
import { declareAndServe, newJobs, useOf } from './jobs.ts';
import { call, closePool, collect, drop, serve, specOf, waitCalled } from './pool-calls.ts';
import { small } from './space-world.ts';
import { acquireSync } from './transactions.ts';

export default scenario({
  setup: () => {
    const world = newJobs(1, { seated: 4, jobs: 1 });
    for (const id of world.ids) assert(holdBuffer(agentIn(world, 2), id));
    return world;
  },
  agents: {
    main: (world) => {
      const agent = agentIn(world, 0);
      const use = useOf(world, 0, ACCESS_WRITE);
      const job = call(agent, specOf(5, [use]));
      waitCalled(agent, [job], true);
      const outcome = collect(agent, job);
      drop(agent, use.buffer);
      closePool(agent);
      return outcome;
    },
    worker: (world) => serve(world, agentIn(world, 1)),
    second: (world) => {
      const agent = agentIn(world, 2);
      const set = openLockSet(agent);
      const { buffer } = useOf(world, 0, ACCESS_WRITE);
      const outcome = acquireSync(world, agent, set, lockOf(agent, buffer));
      closeLockSet(agent, set);
      drop(agent, buffer);
      return outcome;
    },
  },
  afterDeath: declareAndServe,
  after: (world, { main }) => {
    assertEmpty(world);
    if (main === 0) assert.deepEqual(world.ran, ['5.0']);
  },
  options: { preemptions: 1, patches: small },
});
