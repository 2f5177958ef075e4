/** The jobs of one pool that are not over: to wait for them, to cancel them, or to end them when nobody is left to run them. */
import { H_JOB_TOP, J_PART, J_PARTS, J_PHASE, J_POOL, J_STATE } from '../base/layout.ts';
import { cas, load, pauseWhile } from '../cells/cell.ts';
import type { Agent, Memory } from '../cells/memory.ts';
import { LIVE, stateOf } from '../cells/slot.ts';
import type { Point } from '../fence/points.ts';
import { completeJob, decideError } from './complete.ts';
import {
  ADMITTED,
  ADMITTING,
  DONE_JOB,
  FINISHING,
  FLAG_CANCELLED,
  FLAG_TOUCHED,
  jobAt,
  loadPhase,
  movePhase,
  PART_DONE,
  PART_FREE,
  partWord,
  phaseOf,
  pointOfJob,
  QUEUED,
  SPLIT,
  setFlag,
} from './job.ts';
import { wakeAllWorkers } from './pool.ts';
import { finishSplit } from './take.ts';

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

/**
 * Ends what nobody will run: the pool has no workers any more, and gets none. What a thread is still at stays until that
 * thread is proven to have stopped.
 *
 * @param isStillSo Looked at after a job's phase was loaded and before it is changed: a pool that is somebody else's by
 *   then has other jobs, with other phase words.
 */
export function endPoolJobs(agent: Agent, pool: number, code: number, isStillSo: () => boolean): void {
  const top = load(agent.words, H_JOB_TOP);
  for (let job = 0; job < top; job++) {
    for (let round = 0; isUnderWay(agent, job, pool); round++) {
      const word = loadPhase(agent, job);
      if (!isStillSo()) return;
      if (phaseOf(word) !== ADMITTING) {
        endJob(agent, job, word, code);
        break;
      }
      // Somebody is at it for a moment; if it stops there, its repair queues the job again.
      pauseWhile(agent.words, jobAt(agent, job) + J_PHASE, word, round);
      if (round % lifeCheckRounds === lifeCheckRounds - 1) agent.pump.checkLives(agent);
    }
  }
}

const lifeCheckRounds = 1000;

function endJob(agent: Agent, job: number, word: number, code: number): void {
  const phase = phaseOf(word);
  if (phase === SPLIT) {
    decideError(agent, job, code);
    const at = jobAt(agent, job);
    const parts = load(agent.words, at + J_PARTS);
    for (let part = 0; part < parts; part++) {
      cas(agent.words, at + J_PART + part, partWord(PART_FREE, 0, word), partWord(PART_DONE, 0, word));
    }
    finishSplit(agent, job);
    return;
  }
  if (phase !== QUEUED && phase !== ADMITTED) return;
  decideError(agent, job, code);
  // Who comes after it counts on what it should have written.
  if (phase === ADMITTED) setFlag(agent, job, FLAG_TOUCHED);
  if (movePhase(agent, job, word, FINISHING, agent.index)) completeJob(agent, job);
}

function isUnderWay(memory: Memory, job: number, pool: number): boolean {
  const at = jobAt(memory, job);
  if (stateOf(load(memory.words, at + J_STATE)) !== LIVE || load(memory.words, at + J_POOL) !== pool) return false;
  const phase = phaseOf(loadPhase(memory, job));
  return phase >= QUEUED && phase < DONE_JOB;
}
