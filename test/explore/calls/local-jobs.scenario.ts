/** A job that its submitter does itself, as mappings and copies are; and two that are ended before they begin. */
import assert from 'node:assert/strict';
import { codeNumber } from '#fenceline/base/errors.js';
import { createBuffer } from '#fenceline/buffer/buffer.js';
import type { Agent } from '#fenceline/cells/memory.js';
import { freshen } from '#fenceline/memory/placement.js';
import { closeLockSet, openLockSet } from '#fenceline/reservation/lock-set.js';
import { completeJob, decideError } from '#fenceline/schedule/complete.js';
import { ACCESS_UPDATE, FINISHING, loadPhase, movePhase, RUNNING, type Use } from '#fenceline/schedule/job.js';
import { type Called, call, collect, drop, specOf } from '../schedule/pool-calls.ts';
import { killed } from './killed.ts';

function begin(agent: Agent, uses: readonly Use[]): Called {
  return call(agent, specOf(-1, uses, { pool: -1 }));
}

function end(agent: Agent, called: Called, code: number): void {
  decideError(agent, called.job, code);
  assert(movePhase(agent, called.job, loadPhase(agent, called.job), FINISHING, agent.index));
  completeJob(agent, called.job);
  assert.equal(collect(agent, called), code);
}

export default killed((_space, agent) => {
  const id = createBuffer(agent, 64, 1, 0);
  const use = { ...id, access: ACCESS_UPDATE, isPart: false };
  const mapping = begin(agent, [use]);
  assert(movePhase(agent, mapping.job, loadPhase(agent, mapping.job), RUNNING, agent.index));
  freshen(agent, id.buffer);
  const next = begin(agent, [use]);
  end(agent, mapping, 0);
  // Given up: admitted, and not begun.
  end(agent, next, codeNumber('ECANCELED'));
  // Under the locks of a transaction.
  const set = openLockSet(agent);
  const locked = call(agent, specOf(-1, [use], { pool: -1 }), set);
  closeLockSet(agent, set);
  end(agent, locked, codeNumber('EKERNEL'));
  drop(agent, id.buffer);
});
