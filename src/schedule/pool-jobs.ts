/** The jobs of one pool that are not over: to wait for them, to cancel them, or to end them when nobody is left to run them. */
import { H_JOB_TOP, J_PART, J_PARTS, J_PHASE, J_POOL, J_STATE } from '../base/layout.ts';
import { cas, load, pauseWhile, store } from '../cells/cell.ts';
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
  PART_RUNNING,
  partWord,
  phaseOf,
  pointOfJob,
  QUEUED,
  RUNNING,
  SPLIT,
  setFlag,
  setFlagOf,
} from './job.ts';
import { wakeAllWorkers } from './pool.ts';
import { finishSplit } from './take.ts';

/** The points of all jobs of the pool that are under way. */
export function poolJobs(memory: Memory, pool: number): Point[] {
  const points: Point[] = [];
  const top = load(memory.words, H_JOB_TOP);
  for (let job = 0; job < top; job++) if (wayOf(memory, job, pool) !== 0) points.push(pointOfJob(memory, job));
  return points;
}

/** Cancels every job of the pool that is under way; each fails with ECANCELED when its turn comes. */
export function cancelPool(agent: Agent, pool: number): void {
  const top = load(agent.words, H_JOB_TOP);
  for (let job = 0; job < top; job++) {
    const word = wayOf(agent, job, pool);
    if (word !== 0) setFlagOf(agent, job, word, FLAG_CANCELLED);
  }
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
    for (let round = 0; ; round++) {
      const word = wayOf(agent, job, pool);
      if (word === 0) break;
      if (!isStillSo()) return;
      // Its submitter may be just admitting it, from another thread: then it is looked at again.
      if (phaseOf(word) !== ADMITTING) {
        if (endJob(agent, job, word, code)) break;
        continue;
      }
      // Somebody is at it for a moment; if it stops there, its repair queues the job again.
      pauseWhile(agent.words, jobAt(agent, job) + J_PHASE, word, round);
      if (round % lifeCheckRounds === lifeCheckRounds - 1) agent.pump.checkLives(agent);
    }
  }
}

/** Ends one job of this agent that nobody will run. Context: it is not collected yet, so the slot is still this job's. */
export function endOwnJob(agent: Agent, job: number, pool: number, code: number): void {
  for (let round = 0; ; round++) {
    const word = wayOf(agent, job, pool);
    if (word === 0 || (phaseOf(word) !== ADMITTING && endJob(agent, job, word, code))) return;
    pauseWhile(agent.words, jobAt(agent, job) + J_PHASE, word, round);
    if (round % lifeCheckRounds === lifeCheckRounds - 1) agent.pump.checkLives(agent);
  }
}

const lifeCheckRounds = 1000;

/** Outcomes: false if somebody was faster to change the job. */
function endJob(agent: Agent, job: number, word: number, code: number): boolean {
  const phase = phaseOf(word);
  if (phase === SPLIT) {
    endParts(agent, job, word, code);
    return true;
  }
  if (phase !== QUEUED && phase !== ADMITTED) return true;
  // Ours before it gets its error: the slot may have another job by now. If we stop, its repair puts it back.
  if (!movePhase(agent, job, word, phase === QUEUED ? ADMITTING : RUNNING, agent.index)) return false;
  decideError(agent, job, code);
  // Who comes after it counts on what it should have written.
  if (phase === ADMITTED) setFlag(agent, job, FLAG_TOUCHED);
  movePhase(agent, job, loadPhase(agent, job), FINISHING, agent.index);
  completeJob(agent, job);
  return true;
}

/** The same for parts that nobody took: while one is ours, the job cannot end without its error. */
function endParts(agent: Agent, job: number, word: number, code: number): void {
  const at = jobAt(agent, job) + J_PART;
  const parts = load(agent.words, jobAt(agent, job) + J_PARTS);
  for (let part = 0; part < parts; part++) {
    const ours = partWord(PART_RUNNING, agent.index, word);
    if (!cas(agent.words, at + part, partWord(PART_FREE, 0, word), ours)) continue;
    decideError(agent, job, code);
    store(agent.words, at + part, partWord(PART_DONE, 0, word));
  }
  finishSplit(agent, job);
}

/**
 * The phase word of a job of this pool that is under way, else 0. The word is loaded first: if the slot has another job by
 * the time its pool is, nothing can be changed from this word any more.
 */
function wayOf(memory: Memory, job: number, pool: number): number {
  const word = loadPhase(memory, job);
  const at = jobAt(memory, job);
  if (stateOf(load(memory.words, at + J_STATE)) !== LIVE || load(memory.words, at + J_POOL) !== pool) return 0;
  const phase = phaseOf(word);
  return phase >= QUEUED && phase < DONE_JOB ? word : 0;
}
