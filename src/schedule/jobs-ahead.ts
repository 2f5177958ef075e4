/**
 * What jobs that are not over use, in order of submission: what is coming, for who evicts and who fetches ahead.
 *
 * A look without any lock, of a moment: jobs start and end meanwhile, and a slot that is used again while it is read gives
 * uses of two jobs. So these are hints, and whoever acts on one looks at the buffer itself.
 *
 * Not here: what follows for a buffer (memory/chooser.ts, fetch-ahead.ts).
 */
import { H_JOB_TOP, J_CLIENT, J_ORDER } from '../base/layout.ts';
import { load } from '../cells/cell.ts';
import type { Agent } from '../cells/memory.ts';
import type { ToldJob } from '../memory/told-jobs.ts';
import { ADMITTED, isWaitingForTurn, jobAt, loadPhase, phaseOf, RUNNING, SPLIT, type Use, usesOf } from './job.ts';

/** As the chooser is told of it, with all that its uses say. */
export interface JobAhead extends ToldJob {
  readonly uses: readonly Use[];
}

/** Jobs that wait, and are looked at: farther ahead it makes little difference. */
const aheadMax = 64;

/** All jobs that have their place and are not over, and the first that wait for one, by order. */
export function jobsAhead(agent: Agent): readonly JobAhead[] {
  const { words } = agent;
  const top = load(words, H_JOB_TOP);
  const found: { readonly job: number; readonly order: number; readonly isWaiting: boolean }[] = [];
  for (let job = 0; job < top; job++) {
    const word = loadPhase(agent, job);
    const [phase, isWaiting] = [phaseOf(word), isWaitingForTurn(word)];
    if (!isWaiting && phase !== ADMITTED && phase !== RUNNING && phase !== SPLIT) continue;
    found.push({ job, order: load(words, jobAt(agent, job) + J_ORDER), isWaiting });
  }
  found.sort((a, b) => (a.order - b.order) | 0);
  const jobs: JobAhead[] = [];
  let waiting = 0;
  for (const each of found) {
    if (each.isWaiting && ++waiting > aheadMax) continue;
    jobs.push(told(agent, each));
  }
  return jobs;
}

/** What was read of a job stays true as long as its slot has it. */
const known: WeakMap<Agent, JobAhead[]> = new WeakMap();

function told(agent: Agent, { job, order, isWaiting }: { job: number; order: number; isWaiting: boolean }): JobAhead {
  const bySlot = known.get(agent) ?? [];
  if (!known.has(agent)) known.set(agent, bySlot);
  const before = bySlot[job];
  if (before?.order === order && before.isWaiting === isWaiting) return before;
  const at = jobAt(agent, job);
  const client = load(agent.words, at + J_CLIENT);
  const uses = before?.order === order ? before.uses : usesOf(agent, job);
  const now = { job, order, client, isWaiting, uses };
  bySlot[job] = now;
  return now;
}
