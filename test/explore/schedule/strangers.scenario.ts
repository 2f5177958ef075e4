/**
 * A job waits for a lock whose holder waits for another one's job, queued later and for one of the same buffers: between
 * submitters there is no order, so a worker admits the second while the first waits.
 */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { holdBuffer, lockOf } from '#fenceline/buffer/buffer.js';
import { closeLockSet, lockStep, openLockSet } from '#fenceline/reservation/lock-set.js';
import { ACCESS_WRITE } from '#fenceline/schedule/job.js';
import { submitJob } from '#fenceline/schedule/submit.js';
import { agentIn } from '../world.ts';
import { assertEmpty } from './accounting.ts';
import { endSubmitter, newJobs, useOf } from './jobs.ts';
import { collect, drop, serve, specOf, waitCalled } from './pool-calls.ts';
import { declare, small } from './space-world.ts';

const names = ['main', 'holder', 'worker'];

export default scenario({
  setup: () => {
    const world = newJobs(2, { seated: 4 });
    const [main, holder] = [agentIn(world, 0), agentIn(world, 1)];
    for (const id of world.ids) assert(holdBuffer(holder, id));
    const set = openLockSet(holder);
    assert.equal(lockStep(holder, set, lockOf(holder, 0)), 'acquired');
    // Both were tried at once, and something was in the way.
    const first = submitJob(main, specOf(5, [useOf(world, 0, ACCESS_WRITE), useOf(world, 1, ACCESS_WRITE)]));
    const second = submitJob(holder, specOf(6, [useOf(world, 1, ACCESS_WRITE)]));
    return { ...world, set, first, second };
  },
  agents: {
    main: (world) => {
      const agent = agentIn(world, 0);
      const job = { ...world.first, isQueued: true };
      waitCalled(agent, [job], true);
      const outcome = collect(agent, job);
      for (const { buffer } of world.ids) drop(agent, buffer);
      endSubmitter(world, agent, 'main', 2);
      return outcome;
    },
    holder: (world) => {
      const agent = agentIn(world, 1);
      const job = { ...world.second, isQueued: true };
      waitCalled(agent, [job], true);
      const outcome = collect(agent, job);
      closeLockSet(agent, world.set);
      for (const { buffer } of world.ids) drop(agent, buffer);
      endSubmitter(world, agent, 'holder', 2);
      return outcome;
    },
    worker: (world) => serve(world, agentIn(world, 2)) >= 0,
  },
  afterDeath: (world, dead) => {
    const undertaker = declare(world, names.indexOf(dead));
    if (dead === 'worker') serve(world, undertaker);
    else endSubmitter(world, undertaker, dead, 2);
  },
  after: (world, { main, holder, worker }) => {
    assertEmpty(world);
    if (worker === undefined) return;
    if (main !== undefined && holder !== undefined) assert.deepEqual([main, holder], [0, 0]);
    if (holder !== undefined) assert.equal(world.ran[0], '6.0', 'The one that nothing is in the way of runs first.');
  },
  options: { preemptions: 1, patches: small },
});
