/** What a worker does for a moment, drawn out: it has begun to admit a queued job, and will find a lock taken at last. */
import type { Job, Space } from 'fenceline';
import { J_PHASE } from '#fenceline/base/layout.js';
import type { JobFence } from '#fenceline/job.js';
import { ADMITTING, jobAt, loadPhase, movePhase, phaseOf, QUEUED } from '#fenceline/schedule/job.js';
import { coreOf } from '#fenceline/space.js';

/** A phase word of a job as it is now, and as it was before. Can be posted. */
export interface Attempt {
  readonly words: Int32Array;
  readonly at: number;
  readonly before: number;
  readonly now: number;
}

/** Begins, in the name of another agent. Context: the job is queued, and a lock of it is held. */
export function tryAsWorker(space: Space, job: Job<unknown>): Attempt {
  const { agent } = coreOf(space);
  const { slot } = job as unknown as JobFence<unknown>;
  // A real one may be at it.
  for (;;) {
    const before = loadPhase(agent, slot);
    if (phaseOf(before) !== QUEUED || !movePhase(agent, slot, before, ADMITTING, agent.index + 1)) continue;
    return { words: agent.words, at: jobAt(agent, slot) + J_PHASE, before, now: loadPhase(agent, slot) };
  }
}

export function giveUp({ words, at, before, now }: Attempt): void {
  Atomics.compareExchange(words, at, now, before);
}
