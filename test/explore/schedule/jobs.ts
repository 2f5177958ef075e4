/** What the scenarios of jobs share: the main thread is agent 0, workers follow, the last agent repairs and takes over. */
import type { Agent } from '#fenceline/cells/memory.js';
import type { Use } from '#fenceline/schedule/job.js';
import { agentIn } from '../world.ts';
import { closePool, serve } from './pool-calls.ts';
import { declare, newBuffer, newSpace, type Space, type SpaceSize } from './space-world.ts';

/** What agents are called in scenarios, by index. */
export const agentNames: readonly string[] = ['main', 'worker', 'second'];

export const size: SpaceSize = { seated: 3, jobs: 2, buffers: 1 };

export interface JobSpace extends Space {
  readonly ids: readonly { readonly buffer: number; readonly generation: number }[];
  /** Submitters that are done with the pool: the last of them closes it. */
  readonly ended: string[];
}

/** A space whose buffers belong to agent 0. */
export function newJobs(buffers: number, more: Partial<SpaceSize> = {}): JobSpace {
  const space = newSpace({ ...size, buffers, ...more });
  const ids: JobSpace['ids'][number][] = [];
  while (ids.length < buffers) ids.push(newBuffer(agentIn(space, 0)));
  return { ...space, ids, ended: [] };
}

/** The repairer buries the dead agent; in place of a worker it works on, in place of the main thread it ends the pool. */
export function declareAndServe(space: JobSpace, dead: string): void {
  const undertaker = declare(space, agentNames.indexOf(dead));
  if (dead === 'main') closePool(undertaker);
  else serve(space, undertaker);
}

export function useOf(space: JobSpace, index: number, access: number): Use {
  const id = space.ids[index];
  if (id === undefined) throw new Error(`There is no buffer ${index}.`);
  return { ...id, access, isPart: false };
}

/** One of `count` submitters needs the pool no more, or never will. */
export function endSubmitter(space: JobSpace, agent: Agent, name: string, count: number): void {
  if (!space.ended.includes(name)) space.ended.push(name);
  if (space.ended.length === count) closePool(agent);
}
