/** A job of two parts, two workers: each part runs once, and the job is over when both are. */
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
      const job = call(agent, specOf(5, [use], { parts: 2, rows: 2 }));
      waitCalled(agent, [job]);
      const at = payloadAt(world, use.buffer);
      const outcome = collect(agent, job);
      // Plain looks: a part that still runs would be a race.
      if (outcome === 0) assert.deepEqual([world.payload[at], world.payload[at + 1]], [5, 5]);
      drop(agent, use.buffer);
      closePool(agent);
      return outcome;
    },
    worker: (world) => serve(world, agentIn(world, 1)) >= 0,
    second: (world) => serve(world, agentIn(world, 2)) >= 0,
  },
  afterDeath: declareAndServe,
  after: (world, { main }) => {
    assertEmpty(world);
    if (main === 0) assert.deepEqual([...world.ran].sort(), ['5.0', '5.1']);
  },
  options: { preemptions: 1, patches: small },
});
