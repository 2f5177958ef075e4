/** A worker's job before and after one that the submitter does itself, a mapping: each waits for the one before it. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import type { Agent } from '#fenceline/cells/memory.js';
import { sleepUntil } from '#fenceline/cells/wait.js';
import { waitPoints } from '#fenceline/fence/wait.js';
import { completeJob } from '#fenceline/schedule/complete.js';
import { pendingDependency } from '#fenceline/schedule/dependencies.js';
import {
  ACCESS_READ,
  ACCESS_WRITE,
  ADMITTED,
  FINISHING,
  loadPhase,
  movePhase,
  phaseOf,
  RUNNING,
} from '#fenceline/schedule/job.js';
import { agentIn } from '../world.ts';
import { assertEmpty } from './accounting.ts';
import { declareAndServe, type JobSpace, newJobs, useOf } from './jobs.ts';
import { type Called, call, closePool, collectAll, drop, retry, serve, specOf } from './pool-calls.ts';
import { payloadAt, small } from './space-world.ts';

/** As beginLocalSync and its end in src/local-job.ts: looks at what the job before it has written. */
function look(world: JobSpace, agent: Agent, mapping: Called): number {
  sleepUntil(
    agent,
    () => {
      if (mapping.isQueued) retry(agent, mapping);
      return phaseOf(loadPhase(agent, mapping.job)) >= ADMITTED;
    },
    Number.POSITIVE_INFINITY,
  );
  for (;;) {
    const next = pendingDependency(agent, mapping.job);
    if (next === undefined) break;
    waitPoints(agent, [next], Number.POSITIVE_INFINITY);
  }
  assert(movePhase(agent, mapping.job, loadPhase(agent, mapping.job), RUNNING, agent.index));
  const seen = world.payload[payloadAt(world, 0)] ?? -1;
  assert(movePhase(agent, mapping.job, loadPhase(agent, mapping.job), FINISHING, agent.index));
  completeJob(agent, mapping.job);
  return seen;
}

export default scenario({
  setup: () => newJobs(1, { jobs: 3 }),
  agents: {
    main: (world) => {
      const agent = agentIn(world, 0);
      const write = call(agent, specOf(5, [useOf(world, 0, ACCESS_WRITE)]));
      const mapping = call(agent, specOf(-1, [useOf(world, 0, ACCESS_READ)], { pool: -1 }));
      const again = call(agent, specOf(6, [useOf(world, 0, ACCESS_WRITE)]));
      const seen = look(world, agent, mapping);
      const outcomes = collectAll(agent, [write, mapping, again], true);
      drop(agent, 0);
      closePool(agent);
      return `${outcomes}, saw ${seen}`;
    },
    worker: (world) => serve(world, agentIn(world, 1)) >= 0,
  },
  afterDeath: declareAndServe,
  after: (world, { main, worker }) => {
    assertEmpty(world);
    if (main !== undefined && worker !== undefined) assert.equal(main, '0 0 0, saw 5');
  },
  options: { preemptions: 1, patches: small },
});
