/**
 * A job waits for a lock, and two buffers that it reads are swapped out: a worker that has nothing to do fetches them meanwhile, and
 * another one leaves for them. Each comes back once, with what was in it, whoever brings it, and wherever an agent dies.
 */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { H_FETCHED } from '#fenceline/base/layout.js';
import { load } from '#fenceline/cells/cell.js';
import { TRACE_SWAPPED_IN } from '#fenceline/cells/trace.js';
import { countOf } from '#fenceline/memory/note.js';
import { closeLockSet } from '#fenceline/reservation/lock-set.js';
import { takeOrFetch } from '#fenceline/schedule/fetch-ahead.js';
import { ACCESS_READ, ACCESS_UPDATE } from '#fenceline/schedule/job.js';
import { agentIn } from '../world.ts';
import { assertEmpty } from './accounting.ts';
import { declareAndServe, useOf } from './jobs.ts';
import { call, closePool, collect, drop, serve, specOf, waitCalled } from './pool-calls.ts';
import { small } from './space-world.ts';
import { lockBuffer, newSwappedJobs } from './swapped-jobs.ts';

export default scenario({
  setup: () => newSwappedJobs([0, 1, 1, 0], { jobs: 2 }),
  agents: {
    main: (world) => {
      const agent = agentIn(world, 0);
      const uses = [useOf(world, 0, ACCESS_UPDATE), useOf(world, 1, ACCESS_READ), useOf(world, 2, ACCESS_READ)];
      const set = lockBuffer(world, agent, 0);
      const job = call(agent, specOf(5, uses));
      // Until this one is over, that one waits.
      const between = call(agent, specOf(7, []));
      waitCalled(agent, [between]);
      closeLockSet(agent, set);
      waitCalled(agent, [job]);
      const codes = `${collect(agent, between)} ${collect(agent, job)}`;
      for (let index = 0; index < 4; index++) drop(agent, useOf(world, index, ACCESS_READ).buffer);
      closePool(agent);
      return `${codes}, fetched ${load(agent.words, H_FETCHED)}`;
    },
    worker: (world) => serve(world, agentIn(world, 1), takeOrFetch) >= 0,
  },
  afterDeath: declareAndServe,
  after: (world, { main, worker }) => {
    assertEmpty(world);
    for (const line of world.ran)
      assert(
        !line.startsWith('read') || line === 'read 11' || line === 'read 12',
        `What comes back is whole (${line}).`,
      );
    if (main === undefined || worker === undefined) return;
    assert.deepEqual(world.ran, ['7.0', '5.0', 'read 11', 'read 12']);
    assert.match(String(main), /^0 0, fetched [012]$/);
    assert.equal(countOf(world.memory, 0, TRACE_SWAPPED_IN), 2, 'What was fetched is there when its job comes.');
  },
  options: { preemptions: 1, patches: small },
});
