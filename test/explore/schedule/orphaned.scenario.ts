/** A submitter leaves before its job was admitted, while a worker admits it: it runs or fails, and its buffer goes either way. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { leave } from '#fenceline/cells/agent.js';
import { placeLocked } from '#fenceline/memory/placement.js';
import { ACCESS_WRITE } from '#fenceline/schedule/job.js';
import { joinPool } from '#fenceline/schedule/pool.js';
import { submitJob } from '#fenceline/schedule/submit.js';
import { takeWork } from '#fenceline/schedule/take.js';
import { agentIn } from '../world.ts';
import { assertEmpty } from './accounting.ts';
import { agentNames, newJobs, useOf } from './jobs.ts';
import { run, specOf } from './pool-calls.ts';
import { declare, small } from './space-world.ts';

export default scenario({
  setup: () => {
    const world = newJobs(1, { jobs: 1 });
    const use = useOf(world, 0, ACCESS_WRITE);
    assert(placeLocked(agentIn(world, 0), use.buffer, 0));
    submitJob(agentIn(world, 0), specOf(5, [use]));
    joinPool(agentIn(world, 1), 0);
    return world;
  },
  agents: {
    main: (world) => leave(agentIn(world, 0)),
    worker: (world) => {
      const agent = agentIn(world, 1);
      const work = takeWork(agent, 0);
      if (work !== undefined) run(world, agent, work);
      return work !== undefined;
    },
  },
  afterDeath: (world, dead) => {
    const undertaker = declare(world, agentNames.indexOf(dead));
    const work = takeWork(undertaker, 0);
    if (work !== undefined) run(world, undertaker, work);
  },
  after: (world) => {
    assertEmpty(world);
    assert(world.ran.length <= 1);
  },
  options: { preemptions: 2, patches: small },
});
