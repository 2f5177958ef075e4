/**
 * A mapping waits for a lock, and what it maps is swapped out, while another mapping is open on a buffer in memory: a worker may fetch the
 * one, as far as there is room, and moves neither of them while its mapping is open, wherever an agent dies.
 */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { B_LAST_USE, BUFFER_WORDS } from '#fenceline/base/layout.js';
import type { Agent } from '#fenceline/cells/memory.js';
import { closeLockSet } from '#fenceline/reservation/lock-set.js';
import { completeJob } from '#fenceline/schedule/complete.js';
import { takeOrFetch } from '#fenceline/schedule/fetch-ahead.js';
import { ACCESS_READ, ACCESS_UPDATE, FINISHING, loadPhase, movePhase, RUNNING } from '#fenceline/schedule/job.js';
import { agentIn } from '../world.ts';
import { assertEmpty } from './accounting.ts';
import { declareAndServe, type JobSpace, useOf } from './jobs.ts';
import { type Called, call, closePool, collect, drop, retry, serve, specOf, waitCalled } from './pool-calls.ts';
import { payloadAt, small } from './space-world.ts';
import { lockBuffer, newSwappedJobs } from './swapped-jobs.ts';

export default scenario({
  setup: () => {
    const world = newSwappedJobs([0, 1, 0, 0], { jobs: 3 });
    // It leaves last, of what may: what is in use comes before it in the order of victims.
    world.memory.words[world.layout.buffers + 3 * BUFFER_WORDS + B_LAST_USE] = 9;
    return world;
  },
  agents: {
    main: (world) => {
      const agent = agentIn(world, 0);
      const [gate, away] = [useOf(world, 0, ACCESS_UPDATE), useOf(world, 1, ACCESS_UPDATE)];
      const set = lockBuffer(world, agent, 0);
      const second = call(agent, specOf(-1, [gate, away], { pool: -1 }));
      const first = call(agent, specOf(-1, [useOf(world, 2, ACCESS_UPDATE)], { pool: -1 }));
      const firstAt = begin(world, agent, first, 2);
      runAnother(agent);
      world.payload[firstAt] = 32;
      const seen = world.payload[payloadAt(world, 2)];
      end(agent, first);
      closeLockSet(agent, set);
      retry(agent, second);
      while (second.isQueued) retry(agent, second);
      const secondAt = begin(world, agent, second, 1);
      runAnother(agent);
      world.payload[secondAt] = 31;
      const outcome = `${seen} ${world.payload[payloadAt(world, 1)]}`;
      end(agent, second);
      for (let index = 0; index < 4; index++) drop(agent, useOf(world, index, ACCESS_READ).buffer);
      closePool(agent);
      return outcome;
    },
    worker: (world) => serve(world, agentIn(world, 1), takeOrFetch) >= 0,
  },
  afterDeath: declareAndServe,
  after: (world, { main, worker }) => {
    assertEmpty(world);
    if (main !== undefined && worker !== undefined) assert.equal(main, '32 31');
  },
  options: { preemptions: 1, patches: small },
});

/** Opens a mapping that was admitted. Outcomes: where the buffer is, and stays until it is closed. */
function begin(world: JobSpace, agent: Agent, { job }: Called, index: number): number {
  assert(movePhase(agent, job, loadPhase(agent, job), RUNNING, agent.index));
  return payloadAt(world, index);
}

function end(agent: Agent, mapping: Called): void {
  assert(movePhase(agent, mapping.job, loadPhase(agent, mapping.job), FINISHING, agent.index));
  completeJob(agent, mapping.job);
  assert.equal(collect(agent, mapping), 0);
}

/** Has a job done that needs nothing, and sleeps meanwhile. */
function runAnother(agent: Agent): void {
  const between = call(agent, specOf(7, []));
  waitCalled(agent, [between], true);
  collect(agent, between);
}
