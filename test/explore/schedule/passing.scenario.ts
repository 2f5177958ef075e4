/**
 * A point is added to a buffer while a worker gives a job of that buffer its turn: nobody else has the lock, so it is never
 * refused, and comes after the job. A worker that dies in the middle of that is let pass when it is repaired.
 */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { reservationOf } from '#fenceline/buffer/buffer.js';
import type { Agent } from '#fenceline/cells/memory.js';
import { closeTimeline, createTimeline, dropTimeline, issue, type TimelineWriter } from '#fenceline/fence/timeline.js';
import { tryLettingPass } from '#fenceline/passing.js';
import { addForeignLocked } from '#fenceline/reservation/foreign-points.js';
import { USAGE_WRITE } from '#fenceline/reservation/reservation.js';
import { withLockNow } from '#fenceline/schedule/admit.js';
import { ACCESS_WRITE, isWaitingForTurn, loadPhase } from '#fenceline/schedule/job.js';
import { submitJob } from '#fenceline/schedule/submit.js';
import { agentIn } from '../world.ts';
import { assertEmpty } from './accounting.ts';
import { declareAndServe, type JobSpace, newJobs, useOf } from './jobs.ts';
import { type Called, closePool, collectAll, drop, retry, serve, specOf } from './pool-calls.ts';
import { small } from './space-world.ts';

interface PassingSpace extends JobSpace {
  readonly writer: TimelineWriter;
  readonly one: Called;
}

/** As `add` of src/implicit.ts. */
function addAfter(agent: Agent, one: Called, buffer: number, writer: TimelineWriter): boolean {
  const isTurn = (): boolean => {
    if (one.isQueued) retry(agent, one);
    return !isWaitingForTurn(loadPhase(agent, one.job));
  };
  const looks = { left: 500 };
  if (!tryLettingPass(agent, buffer, looks, isTurn)) return false;
  const points = [{ ...writer, seqno: issue(agent, writer) }];
  const add = (): void => void addForeignLocked(agent, reservationOf(agent, buffer), points, USAGE_WRITE);
  return tryLettingPass(agent, buffer, looks, () => withLockNow(agent, buffer, add));
}

export default scenario({
  setup: (): PassingSpace => {
    const world = newJobs(1, { seated: 3, jobs: 1 });
    const agent = agentIn(world, 0);
    // One that found a lock taken: workers try it too.
    const one = { ...submitJob(agent, specOf(5, [useOf(world, 0, ACCESS_WRITE)])), isQueued: true };
    return { ...world, writer: createTimeline(agent), one };
  },
  agents: {
    main: (world) => {
      const agent = agentIn(world, 0);
      const { one, writer } = world;
      const { buffer } = useOf(world, 0, ACCESS_WRITE);
      const isAdded = addAfter(agent, one, buffer, writer);
      closeTimeline(agent, writer.timeline, writer.generation, 1);
      dropTimeline(agent, writer.timeline, agent.index);
      const outcome = collectAll(agent, [one], true);
      drop(agent, buffer);
      closePool(agent);
      return `${isAdded} ${outcome}`;
    },
    worker: (world) => serve(world, agentIn(world, 1)) >= 0,
  },
  afterDeath: declareAndServe,
  after: (world, { main, worker }) => {
    assertEmpty(world);
    if (main === undefined) return;
    assert(main.startsWith('true '), 'Nobody but who admits is in the way.');
    if (worker !== undefined) assert.equal(main, 'true 0');
  },
  options: { preemptions: 1, patches: small },
});
