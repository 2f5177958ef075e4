/** The jobs of one pool that are not over: to wait for them, or to cancel them. */
import { H_JOB_TOP, J_POOL, J_STATE } from '../base/layout.ts';
import { load } from '../cells/cell.ts';
import type { Agent, Memory } from '../cells/memory.ts';
import { LIVE, stateOf } from '../cells/slot.ts';
import type { Point } from '../fence/points.ts';
import { DONE_JOB, FLAG_CANCELLED, jobAt, loadPhase, phaseOf, pointOfJob, QUEUED, setFlag } from './job.ts';
import { wakeAllWorkers } from './pool.ts';

/** The points of all jobs of the pool that are under way. */
export function poolJobs(memory: Memory, pool: number): Point[] {
  const points: Point[] = [];
  const top = load(memory.words, H_JOB_TOP);
  for (let job = 0; job < top; job++) if (isUnderWay(memory, job, pool)) points.push(pointOfJob(memory, job));
  return points;
}

/** Cancels every job of the pool that is under way; each fails with ECANCELED when its turn comes. */
export function cancelPool(agent: Agent, pool: number): void {
  const top = load(agent.words, H_JOB_TOP);
  for (let job = 0; job < top; job++) if (isUnderWay(agent, job, pool)) setFlag(agent, job, FLAG_CANCELLED);
  wakeAllWorkers(agent, pool);
}

function isUnderWay(memory: Memory, job: number, pool: number): boolean {
  const at = jobAt(memory, job);
  if (stateOf(load(memory.words, at + J_STATE)) !== LIVE || load(memory.words, at + J_POOL) !== pool) return false;
  const phase = phaseOf(loadPhase(memory, job));
  return phase >= QUEUED && phase < DONE_JOB;
}
