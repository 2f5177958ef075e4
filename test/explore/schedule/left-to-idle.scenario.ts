/**
 * Two jobs wait for a lock; what one of them reads is swapped out. Whoever finds both leaves that one to the other worker and runs
 * what is ready, which ends only once the other job is over: so somebody has to come for it.
 */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { closeLockSet } from '#fenceline/reservation/lock-set.js';
import { ACCESS_READ } from '#fenceline/schedule/job.js';
import { agentIn } from '../world.ts';
import { assertEmpty } from './accounting.ts';
import { useOf } from './jobs.ts';
import { call, closePool, collect, drop, letGo, lingering, serve, specOf, waitCalled } from './pool-calls.ts';
import { small } from './space-world.ts';
import { lockBuffer, newSwappedJobs } from './swapped-jobs.ts';

export default scenario({
  setup: () => newSwappedJobs([0, 1], { seated: 3, jobs: 2 }),
  agents: {
    main: (world) => {
      const agent = agentIn(world, 0);
      const [gate, away] = [useOf(world, 0, ACCESS_READ), useOf(world, 1, ACCESS_READ)];
      const set = lockBuffer(world, agent, 0);
      const [ready, left] = [call(agent, specOf(lingering, [gate])), call(agent, specOf(8, [gate, away]))];
      closeLockSet(agent, set);
      waitCalled(agent, [left], true);
      letGo(world, agent);
      waitCalled(agent, [ready], true);
      const codes = `${collect(agent, ready)} ${collect(agent, left)}`;
      for (const { buffer } of [gate, away]) drop(agent, buffer);
      closePool(agent);
      return codes;
    },
    worker: (world) => serve(world, agentIn(world, 1)) >= 0,
    second: (world) => serve(world, agentIn(world, 2)) >= 0,
  },
  after: (world, { main }) => {
    assertEmpty(world);
    assert.equal(main, '0 0');
    assert(world.ran.includes('read 11'), `What was swapped out is read (${world.ran.join(', ')}).`);
  },
  options: { preemptions: 1, patches: small },
});
