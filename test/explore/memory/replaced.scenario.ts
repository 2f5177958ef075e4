/**
 * A buffer is swapped out, and jobs replace all of it: one that is given up before it begins, which changes nothing, and one
 * that runs; a third reads what that one wrote. There is memory for one buffer. Nothing is read back for nothing, nobody
 * hangs, and wherever an agent dies, the contents are the old ones or the new ones, or say that they are lost.
 */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { codeNumber } from '#fenceline/base/errors.js';
import { B_CONTENTS, B_FRESH } from '#fenceline/base/layout.js';
import type { Agent } from '#fenceline/cells/memory.js';
import { usedBytes } from '#fenceline/memory/heap-stats.js';
import { placeLocked } from '#fenceline/memory/placement.js';
import { residenceOf } from '#fenceline/memory/residence.js';
import { completeJob, decideError } from '#fenceline/schedule/complete.js';
import { ACCESS_READ, ACCESS_WRITE, FINISHING, loadPhase, movePhase } from '#fenceline/schedule/job.js';
import { assertEmpty } from '../schedule/accounting.ts';
import { declareAndServe, type JobSpace, newJobs, useOf } from '../schedule/jobs.ts';
import { call, closePool, collect, collectAll, drop, serve, specOf } from '../schedule/pool-calls.ts';
import { small } from '../schedule/space-world.ts';
import { agentIn } from '../world.ts';
import { placeOf } from './residents.ts';

const SWAP = 1;
const old = 3;

function setup(): JobSpace {
  const world = newJobs(1, { jobs: 3, budget: 1, more: [{ units: 1, kind: 1 }] });
  assert(placeLocked(agentIn(world, 0), 0, SWAP));
  world.memory.words[world.layout.buffers + B_FRESH] = 0;
  const { memory, at } = placeOf(world, 0);
  memory[at] = old;
  return world;
}

/** As src/local-job.ts does with a job that is given up before its turn. */
function giveUp(world: JobSpace, agent: Agent): void {
  const own = call(agent, specOf(-1, [useOf(world, 0, ACCESS_WRITE)], { pool: -1 }));
  assert(!own.isQueued, 'There is room for it.');
  decideError(agent, own.job, codeNumber('ECANCELED'));
  assert(movePhase(agent, own.job, loadPhase(agent, own.job), FINISHING, agent.index));
  completeJob(agent, own.job);
  assert.equal(collect(agent, own), codeNumber('ECANCELED'));
  assert.equal(usedBytes(agent, 0), 0, 'It has no memory any more.');
  assert.equal(residenceOf(agent, 0), SWAP, 'The contents are where they were.');
  const { memory, at } = placeOf(world, 0);
  assert.equal(memory[at], old, 'And what they were.');
  assert.equal(world.memory.words[world.layout.buffers + B_CONTENTS], 0);
}

export default scenario({
  setup,
  agents: {
    main: (world) => {
      const agent = agentIn(world, 0);
      giveUp(world, agent);
      const use = useOf(world, 0, ACCESS_WRITE);
      const jobs = [call(agent, specOf(5, [use])), call(agent, specOf(7, [{ ...use, access: ACCESS_READ }]))];
      const outcome = collectAll(agent, jobs);
      drop(agent, use.buffer);
      closePool(agent);
      return outcome;
    },
    worker: (world) => serve(world, agentIn(world, 1)) >= 0,
  },
  afterDeath: declareAndServe,
  after: (world, { main, worker }) => {
    assertEmpty(world);
    for (const line of world.ran)
      assert(!line.startsWith('read') || line === 'read 5', `What is read is whole (${line}).`);
    if (main !== undefined && worker !== undefined) assert.equal(main, '0 0');
  },
  options: { preemptions: 1, patches: small },
});
