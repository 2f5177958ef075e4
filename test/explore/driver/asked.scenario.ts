/**
 * An importer asks the thread that exports a buffer, which leaves, or dies, meanwhile: the request is answered, or it fails.
 * Nobody waits for an answer that nobody gives.
 */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { codeNumber } from '#fenceline/base/errors.js';
import { J_ERROR } from '#fenceline/base/layout.js';
import { exportAs, exporterOf, FOREIGN } from '#fenceline/buffer/exports.js';
import { leave } from '#fenceline/cells/agent.js';
import { load } from '#fenceline/cells/cell.js';
import type { Agent } from '#fenceline/cells/memory.js';
import { collectSlot } from '#fenceline/schedule/complete.js';
import { hookPoolOf } from '#fenceline/schedule/hook-pool.js';
import { jobAt } from '#fenceline/schedule/job.js';
import { joinPool, leavePool } from '#fenceline/schedule/pool.js';
import { endOwnJob } from '#fenceline/schedule/pool-jobs.js';
import { takeWork } from '#fenceline/schedule/take.js';
import { assertAtRest } from '../schedule/accounting.ts';
import { type Called, call, run, specOf, waitCalled } from '../schedule/pool-calls.ts';
import { declare, newBuffer, newSpace, type Space, small } from '../schedule/space-world.ts';
import { agentIn } from '../world.ts';

function setup(): Space {
  const space = newSpace({ seated: 3, jobs: 1 });
  // Held by the importer, as an attachment holds it.
  const { buffer } = newBuffer(agentIn(space, 1));
  exportAs(agentIn(space, 0), buffer, FOREIGN);
  joinPool(agentIn(space, 0), hookPoolOf(0));
  return space;
}

/** Serves what is there, and leaves in good order. */
function serveAndLeave(space: Space, agent: Agent): void {
  const work = takeWork(agent, hookPoolOf(0));
  if (work !== undefined) run(space, agent, work);
  leavePool(agent, hookPoolOf(0));
  leave(agent);
}

/** As src/driver/hook-service.ts does. Outcomes: the error's number of the request; -1: nobody was there to be asked. */
function ask(agent: Agent): number {
  const exporter = exporterOf(agent, 0);
  if (exporter < 0) return -1;
  const pool = hookPoolOf(exporter);
  const request: Called = call(agent, specOf(5, [], { pool }));
  if (exporterOf(agent, 0) !== exporter) endOwnJob(agent, request.job, pool, codeNumber('EOWNERDEAD'));
  waitCalled(agent, [request], true);
  const code = load(agent.words, jobAt(agent, request.job) + J_ERROR);
  collectSlot(agent, request.job, request.seqno);
  return code;
}

export default scenario({
  setup,
  agents: {
    exporter: (space) => {
      serveAndLeave(space, agentIn(space, 0));
      return true;
    },
    importer: (space) => ask(agentIn(space, 1)),
  },
  afterDeath: (space, dead) => {
    declare(space, dead === 'exporter' ? 0 : 1);
  },
  after: (space, { importer }) => {
    if (importer === undefined) return;
    assert([-1, 0, codeNumber('EOWNERDEAD')].includes(importer), `The request ended with ${importer}.`);
    if (importer === 0) assert.equal(space.ran.length, 1, 'What was answered was done.');
    assertAtRest(space);
  },
  options: { preemptions: 2, patches: small },
});
