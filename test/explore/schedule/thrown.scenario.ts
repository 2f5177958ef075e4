/** One part of a job throws, while the other runs and a reader waits: the job has failed, and so has the reader. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { codeNumber } from '#fenceline/base/errors.js';
import { ACCESS_READ, ACCESS_WRITE } from '#fenceline/schedule/job.js';
import { agentIn } from '../world.ts';
import { assertEmpty } from './accounting.ts';
import { declareAndServe, newJobs, useOf } from './jobs.ts';
import { call, closePool, collectAll, drop, serve, specOf, throwing } from './pool-calls.ts';
import { small } from './space-world.ts';

const thrown = codeNumber('EKERNEL');
const input = codeNumber('EINPUT');

export default scenario({
  setup: () => newJobs(1, { seated: 4 }),
  agents: {
    main: (world) => {
      const agent = agentIn(world, 0);
      const job = call(agent, specOf(throwing, [useOf(world, 0, ACCESS_WRITE)], { parts: 2, rows: 2 }));
      const reader = call(agent, specOf(6, [useOf(world, 0, ACCESS_READ)]));
      const outcomes = collectAll(agent, [job, reader], true);
      drop(agent, 0);
      closePool(agent);
      return outcomes;
    },
    worker: (world) => serve(world, agentIn(world, 1)) >= 0,
    second: (world) => serve(world, agentIn(world, 2)) >= 0,
  },
  afterDeath: declareAndServe,
  after: (world, { main, worker, second }) => {
    assertEmpty(world);
    if (main === undefined || worker === undefined || second === undefined) return;
    assert.equal(main, `${thrown} ${input}`);
  },
  options: { preemptions: 1, patches: small },
});
