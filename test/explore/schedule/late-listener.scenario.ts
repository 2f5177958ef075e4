/**
 * A job waits for a lock, and behind that for a point of another timeline: also a worker that admits the job by its very
 * last look before it sleeps is woken when the point is signalled.
 */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { lockOf, reservationOf } from '#fenceline/buffer/buffer.js';
import { createTimeline, issue, signal, type TimelineWriter } from '#fenceline/fence/timeline.js';
import { addForeignLocked } from '#fenceline/reservation/foreign-points.js';
import { closeLockSet, lockStep, openLockSet } from '#fenceline/reservation/lock-set.js';
import { USAGE_WRITE } from '#fenceline/reservation/reservation.js';
import { ACCESS_WRITE } from '#fenceline/schedule/job.js';
import { agentIn } from '../world.ts';
import { type JobSpace, newJobs, useOf } from './jobs.ts';
import { call, closePool, collect, drop, serve, specOf, waitCalled } from './pool-calls.ts';
import { small } from './space-world.ts';

interface ForeignSpace extends JobSpace {
  readonly writer: TimelineWriter;
}

export default scenario({
  setup: (): ForeignSpace => {
    const world = newJobs(1, { seated: 2, jobs: 1 });
    return { ...world, writer: createTimeline(agentIn(world, 0)) };
  },
  agents: {
    main: (world) => {
      const agent = agentIn(world, 0);
      const use = useOf(world, 0, ACCESS_WRITE);
      const set = openLockSet(agent);
      assert.equal(lockStep(agent, set, lockOf(agent, use.buffer)), 'acquired');
      const job = call(agent, specOf(5, [use]));
      const seqno = issue(agent, world.writer);
      addForeignLocked(agent, reservationOf(agent, use.buffer), [{ ...world.writer, seqno }], USAGE_WRITE);
      closeLockSet(agent, set);
      world.ran.push('signalled');
      signal(agent, world.writer, seqno);
      waitCalled(agent, [job], true);
      const outcome = collect(agent, job);
      drop(agent, use.buffer);
      closePool(agent);
      return outcome;
    },
    worker: (world) => serve(world, agentIn(world, 1)),
  },
  after: (world, { main }) => {
    assert.equal(main, 0);
    assert.deepEqual(world.ran, ['signalled', '5.0']);
  },
  options: { preemptions: 1, patches: small },
});
