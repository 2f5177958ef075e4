/**
 * Two agents submit jobs that write the same two buffers, named in opposite orders; a worker may die while it admits one
 * of them: no circle of jobs that wait for each other.
 */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { holdBuffer } from '#fenceline/buffer/buffer.js';
import type { Agent } from '#fenceline/cells/memory.js';
import { ACCESS_WRITE, type Use } from '#fenceline/schedule/job.js';
import { agentIn } from '../world.ts';
import { assertEmpty } from './accounting.ts';
import { endSubmitter, type JobSpace, newJobs, useOf } from './jobs.ts';
import { call, collect, drop, serve, specOf, waitCalled } from './pool-calls.ts';
import { declare, small } from './space-world.ts';

const names = ['main', 'other', 'worker'];

function submit(world: JobSpace, agent: Agent, kernel: number, uses: readonly Use[]): number {
  const job = call(agent, specOf(kernel, uses));
  waitCalled(agent, [job]);
  const outcome = collect(agent, job);
  for (const { buffer } of world.ids) drop(agent, buffer);
  endSubmitter(world, agent, names[agent.index] ?? '', 2);
  return outcome;
}

export default scenario({
  setup: () => {
    const world = newJobs(2, { seated: 4 });
    for (const id of world.ids) assert(holdBuffer(agentIn(world, 1), id));
    return world;
  },
  agents: {
    main: (world) =>
      submit(world, agentIn(world, 0), 5, [useOf(world, 0, ACCESS_WRITE), useOf(world, 1, ACCESS_WRITE)]),
    other: (world) =>
      submit(world, agentIn(world, 1), 6, [useOf(world, 1, ACCESS_WRITE), useOf(world, 0, ACCESS_WRITE)]),
    worker: (world) => serve(world, agentIn(world, 2)),
  },
  afterDeath: (world, dead) => {
    const undertaker = declare(world, names.indexOf(dead));
    if (dead === 'worker') serve(world, undertaker);
    else endSubmitter(world, undertaker, dead, 2);
  },
  after: (world, { main, other }) => {
    assertEmpty(world);
    if (main === 0 && other === 0) assert.deepEqual([...world.ran].sort(), ['5.0', '6.0']);
  },
  options: { preemptions: 1, patches: small },
});
