/** A pool whose maker leaves and whose last worker leaves or dies: what is left of its jobs is ended, and its place is free. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { O_STATE } from '#fenceline/base/layout.js';
import { leave } from '#fenceline/cells/agent.js';
import { ACCESS_WRITE } from '#fenceline/schedule/job.js';
import { claimPool, joinPool } from '#fenceline/schedule/pool.js';
import { takeWork } from '#fenceline/schedule/take.js';
import { agentIn } from '../world.ts';
import { assertEmpty } from './accounting.ts';
import { agentNames, newJobs, useOf } from './jobs.ts';
import { call, run, specOf } from './pool-calls.ts';
import { declare, small } from './space-world.ts';

export default scenario({
  setup: () => {
    const world = newJobs(1);
    assert.equal(claimPool(agentIn(world, 0)), 0);
    joinPool(agentIn(world, 1), 0);
    return world;
  },
  agents: {
    main: (world) => {
      const agent = agentIn(world, 0);
      call(agent, specOf(5, [useOf(world, 0, ACCESS_WRITE)]));
      call(agent, specOf(6, [useOf(world, 0, ACCESS_WRITE)]));
      leave(agent);
    },
    worker: (world) => {
      const agent = agentIn(world, 1);
      const work = takeWork(agent, 0);
      if (work !== undefined) run(world, agent, work);
      leave(agent);
      return work !== undefined;
    },
  },
  afterDeath: (world, dead) => {
    declare(world, agentNames.indexOf(dead));
  },
  after: (world) => {
    assertEmpty(world);
    assert.equal(world.memory.words[world.layout.pools + O_STATE], 0, 'The place of the pool is free.');
  },
  options: { killAgents: true, preemptions: 1, patches: small },
});
