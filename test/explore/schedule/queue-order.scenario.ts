/**
 * Two jobs of one submitter want a buffer that is locked, the later one in the lower slot, and perhaps when a worker is just
 * admitting the earlier one: they run in the order of submission.
 */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { holdBuffer, lockOf } from '#fenceline/buffer/buffer.js';
import { ring } from '#fenceline/cells/doorbell.js';
import { sleepUntil } from '#fenceline/cells/wait.js';
import { closeLockSet, lockStep, openLockSet } from '#fenceline/reservation/lock-set.js';
import { ACCESS_UPDATE, ACCESS_WRITE } from '#fenceline/schedule/job.js';
import { agentIn } from '../world.ts';
import { assertEmpty } from './accounting.ts';
import { declareAndServe, newJobs, useOf } from './jobs.ts';
import { call, closePool, collect, drop, serve, specOf, waitCalled } from './pool-calls.ts';
import { small } from './space-world.ts';

export default scenario({
  setup: () => {
    const world = newJobs(2, { seated: 4 });
    const second = agentIn(world, 2);
    for (const id of world.ids) assert(holdBuffer(second, id));
    const set = openLockSet(second);
    assert.equal(lockStep(second, set, lockOf(second, 0)), 'acquired');
    return { ...world, set, isQueued: { now: false } };
  },
  agents: {
    main: (world) => {
      const agent = agentIn(world, 0);
      const quick = call(agent, specOf(5, [useOf(world, 1, ACCESS_WRITE)]));
      const one = call(agent, specOf(6, [useOf(world, 0, ACCESS_WRITE)]));
      world.isQueued.now = true;
      ring(agent, 2, -1);
      waitCalled(agent, [quick], true);
      const outcomes = [collect(agent, quick)];
      const two = call(agent, specOf(7, [useOf(world, 0, ACCESS_UPDATE)]));
      waitCalled(agent, [one, two], true);
      outcomes.push(collect(agent, one), collect(agent, two));
      for (const { buffer } of world.ids) drop(agent, buffer);
      closePool(agent);
      return outcomes.join(' ');
    },
    worker: (world) => serve(world, agentIn(world, 1)) >= 0,
    second: (world) => {
      const agent = agentIn(world, 2);
      sleepUntil(agent, () => world.isQueued.now, Number.POSITIVE_INFINITY);
      closeLockSet(agent, world.set);
      for (const { buffer } of world.ids) drop(agent, buffer);
    },
  },
  afterDeath: (world, dead) => {
    if (dead === 'main') {
      world.isQueued.now = true;
      ring(agentIn(world, 3), 2, -1);
    }
    declareAndServe(world, dead);
  },
  after: (world, { main, worker }) => {
    assertEmpty(world);
    if (main === undefined || worker === undefined) return;
    assert.equal(main, '0 0 0');
    assert.deepEqual(world.ran, ['5.0', '6.0', '7.0']);
  },
  options: { preemptions: 1, patches: small },
});
