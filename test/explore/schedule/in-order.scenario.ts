/** A buffer is written by one job and read by the next; the submitter tries what is queued, a worker runs it. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { ACCESS_READ, ACCESS_WRITE } from '#fenceline/schedule/job.js';
import { agentIn } from '../world.ts';
import { assertEmpty } from './accounting.ts';
import { declareAndServe, newJobs } from './jobs.ts';
import { call, closePool, collectAll, drop, serve, specOf } from './pool-calls.ts';
import { small } from './space-world.ts';

export default scenario({
  setup: () => newJobs(1),
  agents: {
    main: (world) => {
      const agent = agentIn(world, 0);
      const [id] = world.ids;
      assert(id);
      const write = call(agent, specOf(5, [{ ...id, access: ACCESS_WRITE, isPart: false }]));
      const read = call(agent, specOf(6, [{ ...id, access: ACCESS_READ, isPart: false }]));
      drop(agent, id.buffer);
      const outcome = collectAll(agent, [write, read]);
      closePool(agent);
      return outcome;
    },
    worker: (world) => serve(world, agentIn(world, 1)),
  },
  afterDeath: declareAndServe,
  after: (world, { main }) => {
    assertEmpty(world);
    if (main === '0 0')
      assert.deepEqual(
        world.ran.filter((one) => one.startsWith('read')),
        ['read 5'],
      );
  },
  options: { preemptions: 1, patches: small },
});
