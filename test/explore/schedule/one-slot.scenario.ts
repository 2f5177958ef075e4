/** One job slot for two jobs, one after the other, and two workers of which one may be late: it must not touch the second job for the first. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { ACCESS_WRITE } from '#fenceline/schedule/job.js';
import { agentIn } from '../world.ts';
import { assertEmpty } from './accounting.ts';
import { declareAndServe, newJobs, useOf } from './jobs.ts';
import { call, closePool, collect, drop, serve, specOf, waitCalled } from './pool-calls.ts';
import { payloadAt, small } from './space-world.ts';

export default scenario({
  setup: () => newJobs(1, { seated: 4, jobs: 1 }),
  agents: {
    main: (world) => {
      const agent = agentIn(world, 0);
      const use = useOf(world, 0, ACCESS_WRITE);
      const outcomes: number[] = [];
      for (const [kernel, parts] of [
        [5, 2],
        [6, 1],
      ] as const) {
        const job = call(agent, specOf(kernel, [use], { parts, rows: parts }));
        waitCalled(agent, [job], true);
        outcomes.push(collect(agent, job));
      }
      if (outcomes.join(' ') === '0 0') assert.equal(world.payload[payloadAt(world, use.buffer)], 6);
      drop(agent, use.buffer);
      closePool(agent);
      return outcomes.join(' ');
    },
    worker: (world) => serve(world, agentIn(world, 1)) >= 0,
    second: (world) => serve(world, agentIn(world, 2)) >= 0,
  },
  afterDeath: declareAndServe,
  after: (world, { main }) => {
    assertEmpty(world);
    if (main === '0 0') assert.deepEqual([...world.ran].sort(), ['5.0', '5.1', '6.0']);
  },
  options: { preemptions: 1, patches: small },
});
