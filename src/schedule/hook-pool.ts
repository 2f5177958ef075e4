/**
 * The pool by which an agent serves its hooks to other agents (design D1): a request is a job, and its result the answer.
 *
 * Every agent has one, by its number, behind the pools of users; its only worker is that agent, once it exports something.
 * Requests name no buffers: whoever asks holds the locks, and the hook takes none. So a request is admitted at once, and
 * waits for nothing but the one who serves it.
 *
 * A request cannot be left with nobody: it is submitted first, then the requester looks whether the server is still there
 * (`exporterOf`). The repair after a server changes that word first and then ends what is in its pool: one of the two sees the
 * request. If the seat has a new owner, whose pool it is then, that one finds that it is not meant.
 * Not here: what is asked (src/driver/hook-service.ts).
 */
import { codeNumber } from '../base/errors.ts';
import { poolsPerSpace } from '../base/limits.ts';
import type { Agent } from '../cells/memory.ts';
import { leavePoolOf } from './pool.ts';
import { endPoolJobs } from './pool-jobs.ts';

export function hookPoolOf(agentIndex: number): number {
  return poolsPerSpace + agentIndex;
}

/** What others asked a stopped agent for fails with EOWNERDEAD. Can be done again. After `repairExports`. */
export function repairHookPool(agent: Agent, deadIndex: number): void {
  const pool = hookPoolOf(deadIndex);
  leavePoolOf(agent, pool, deadIndex);
  endPoolJobs(agent, pool, codeNumber('EOWNERDEAD'), () => true);
}
