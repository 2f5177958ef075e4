/** A job that may be run again after a crash: whenever its worker dies, it runs on the next one, and succeeds. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { ACCESS_WRITE, FLAG_RERUN } from '#fenceline/schedule/job.js';
import { agentIn } from '../world.ts';
import { assertEmpty } from './accounting.ts';
import { declareAndServe, newJobs, useOf } from './jobs.ts';
import { call, closePool, collect, drop, serve, specOf, waitCalled } from './pool-calls.ts';
import { small } from './space-world.ts';

export default scenario({
  setup: () => newJobs(1, { jobs: 1, chunks: 4 }),
  agents: {
    main: (world) => {
      const agent = agentIn(world, 0);
      const use = useOf(world, 0, ACCESS_WRITE);
      const job = call(agent, specOf(5, [use], { retries: 2, flags: FLAG_RERUN, parts: 2, rows: 2 }));
      waitCalled(agent, [job], true);
      const outcome = collect(agent, job);
      drop(agent, use.buffer);
      closePool(agent);
      return outcome;
    },
    worker: (world) => serve(world, agentIn(world, 1)) >= 0,
  },
  afterDeath: declareAndServe,
  after: (world, { main }) => {
    assertEmpty(world);
    assert.equal(main, 0, 'The job succeeds, whenever its worker died.');
    const parts = new Set(world.ran);
    assert.deepEqual([...parts].sort(), ['5.0', '5.1']);
    assert(world.ran.length <= 3, 'Only a part that may have been cut short runs again.');
  },
  options: { preemptions: 1, killAgents: ['worker'], patches: small },
});
