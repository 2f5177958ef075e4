/** A submitter dies at any step of its call, while a worker runs the job; whoever repairs submits one too, at once, in the next free slot. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { ACCESS_WRITE } from '#fenceline/schedule/job.js';
import { takeWork } from '#fenceline/schedule/take.js';
import { agentIn } from '../world.ts';
import { assertEmpty } from './accounting.ts';
import { newJobs, useOf } from './jobs.ts';
import { call, closePool, collect, drop, letGo, lingering, run, serve, specOf, waitCalled } from './pool-calls.ts';
import { declare, newBuffer, small } from './space-world.ts';

export default scenario({
  setup: () => newJobs(1, { buffers: 2, jobs: 2, chunks: 3 }),
  agents: {
    main: (world) => {
      const agent = agentIn(world, 0);
      const use = useOf(world, 0, ACCESS_WRITE);
      const job = call(agent, specOf(lingering, [use], { record: new Uint8Array(400) }));
      letGo(world, agent);
      waitCalled(agent, [job], true);
      const outcome = collect(agent, job);
      drop(agent, use.buffer);
      closePool(agent);
      return outcome;
    },
    worker: (world) => serve(world, agentIn(world, 1)) >= 0,
  },
  afterDeath: (world) => {
    const agent = declare(world, 0);
    const { buffer, generation } = newBuffer(agent);
    const job = call(agent, specOf(6, [{ buffer, generation, access: ACCESS_WRITE, isPart: false }]));
    letGo(world, agent);
    // The worker may have been asked to quit by then.
    for (let work = takeWork(agent, 0); work !== undefined; work = takeWork(agent, 0)) run(world, agent, work);
    waitCalled(agent, [job], true);
    assert.equal(collect(agent, job), 0, 'The next job in the slot has nothing to do with the one before.');
    drop(agent, buffer);
    closePool(agent);
  },
  after: (world, { main }) => {
    assertEmpty(world);
    if (main !== undefined) assert.equal(main, 0);
    assert(world.ran.filter((one) => one === `${lingering}.0`).length <= 1);
  },
  options: { killAgents: ['main'], preemptions: 0, patches: small },
});
