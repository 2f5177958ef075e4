/**
 * A worker stops somewhere on its way through one fetch: what it moved, and what it moved out for that, are whole, each in one place, and
 * the mapping that waited gets its buffers.
 */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { sleepUntil } from '#fenceline/cells/wait.js';
import { closeLockSet, type LockSet } from '#fenceline/reservation/lock-set.js';
import { completeJob } from '#fenceline/schedule/complete.js';
import { takeOrFetch } from '#fenceline/schedule/fetch-ahead.js';
import { ACCESS_READ, FINISHING, loadPhase, movePhase, RUNNING } from '#fenceline/schedule/job.js';
import { joinPool, leavePool } from '#fenceline/schedule/pool.js';
import { placeOf } from '../memory/residents.ts';
import { agentIn } from '../world.ts';
import { assertEmpty } from './accounting.ts';
import { type JobSpace, useOf } from './jobs.ts';
import { type Called, call, collect, drop, retry, specOf } from './pool-calls.ts';
import { declare, payloadAt, small } from './space-world.ts';
import { lockBuffer, newSwappedJobs } from './swapped-jobs.ts';

interface Waiting extends JobSpace {
  readonly gate: LockSet;
  readonly mapping: Called;
}

export default scenario({
  setup: (): Waiting => {
    const world = newSwappedJobs([0, 1, 0], { jobs: 1, budget: 2 });
    const main = agentIn(world, 0);
    const gate = lockBuffer(world, main, 0);
    const uses = [useOf(world, 0, ACCESS_READ), useOf(world, 1, ACCESS_READ)];
    return { ...world, gate, mapping: call(main, specOf(-1, uses, { pool: -1 })) };
  },
  agents: {
    worker: (world) => {
      const agent = agentIn(world, 1);
      joinPool(agent, 0);
      const work = takeOrFetch(agent, 0);
      leavePool(agent, 0);
      return work === undefined;
    },
    main: (world) => {
      const agent = agentIn(world, 0);
      const { gate, mapping } = world;
      closeLockSet(agent, gate);
      sleepUntil(
        agent,
        () => {
          retry(agent, mapping);
          return !mapping.isQueued;
        },
        Number.POSITIVE_INFINITY,
      );
      assert(movePhase(agent, mapping.job, loadPhase(agent, mapping.job), RUNNING, agent.index));
      const seen = [world.payload[payloadAt(world, 0)], world.payload[payloadAt(world, 1)]];
      assert(movePhase(agent, mapping.job, loadPhase(agent, mapping.job), FINISHING, agent.index));
      completeJob(agent, mapping.job);
      const { memory, at } = placeOf(world, 2);
      const outcome = `${collect(agent, mapping)}: ${seen.join(' ')}, ${memory[at]}`;
      for (let index = 0; index < 3; index++) drop(agent, useOf(world, index, ACCESS_READ).buffer);
      return outcome;
    },
  },
  afterDeath: (world) => void declare(world, 1),
  after: (world, { main }) => {
    assertEmpty(world);
    assert.equal(main, '0: 10 11, 12');
  },
  options: { killAgents: ['worker'], preemptions: 1, patches: small },
});
