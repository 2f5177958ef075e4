/**
 * A job slot is used again and again, by jobs that fail, are cancelled, have arguments and dependencies in chunks: nothing
 * of one use reaches the next, and each chunk belongs to who names it. Most of it is one agent's script; the other serves.
 */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { codeNumber, FencelineError } from '#fenceline/base/errors.js';
import { C_OWNER, C_STATE, J_DEP_CHUNK, J_PARTS, J_RECORD_CHUNK, J_RESULT, J_STATE } from '#fenceline/base/layout.js';
import { load } from '#fenceline/cells/cell.js';
import { chunkAt, freeChain, storeBytes } from '#fenceline/cells/chunk.js';
import type { Agent } from '#fenceline/cells/memory.js';
import { LIVE, stateOf } from '#fenceline/cells/slot.js';
import { closeTimeline, createTimeline, dropTimeline, issue, signal } from '#fenceline/fence/timeline.js';
import { ACCESS_READ, ACCESS_UPDATE, ACCESS_WRITE, chunkOwnerOf, jobAt, pointOfJob } from '#fenceline/schedule/job.js';
import { submitJob } from '#fenceline/schedule/submit.js';
import { agentIn, shrink } from '../world.ts';
import { assertEmpty } from './accounting.ts';
import { declareAndServe, newJobs, useOf } from './jobs.ts';
import { call, cancel, closePool, collect, drop, serve, specOf, throwing, waitCalled } from './pool-calls.ts';
import { small } from './space-world.ts';

const size = { jobs: 3, chunks: 6, timelines: 1 };
/** Too long for a slot, whose room is made small below. */
const record = new Uint8Array(8);
const input = codeNumber('EINPUT');
const canceled = codeNumber('ECANCELED');
const thrown = codeNumber('EKERNEL');

/** Every chunk that a job in use names is in use, and says so too. */
function assertChunksOwned(agent: Agent): void {
  for (let job = 0; job < size.jobs; job++) {
    const at = jobAt(agent, job);
    if (stateOf(load(agent.words, at + J_STATE)) !== LIVE) continue;
    const named = [J_RECORD_CHUNK, J_DEP_CHUNK];
    for (let part = 0; part < load(agent.words, at + J_PARTS); part++) named.push(J_RESULT + part);
    for (const word of named) {
      const chunk = load(agent.words, at + word) - 1;
      if (chunk < 0) continue;
      const state = load(agent.words, chunkAt(agent, chunk) + C_STATE);
      const owner = load(agent.words, chunkAt(agent, chunk) + C_OWNER);
      assert.deepEqual([stateOf(state), owner], [LIVE, chunkOwnerOf(job)], `Chunk ${chunk} is of job ${job}.`);
    }
  }
}

export default scenario({
  setup: () => {
    const world = newJobs(2, size);
    const gate = createTimeline(agentIn(world, 0));
    for (let count = 0; count < 2; count++) issue(agentIn(world, 0), gate);
    return { ...world, gate };
  },
  agents: {
    main: (world) => {
      const agent = agentIn(world, 0);
      const { gate } = world;
      const { timeline, generation } = gate;
      const [written, updated] = [[useOf(world, 0, ACCESS_WRITE)], [useOf(world, 0, ACCESS_UPDATE)]];
      const outcomes: number[] = [];

      const first = call(agent, specOf(5, written, { record }));
      const firstPoint = pointOfJob(agent, first.job);
      waitCalled(agent, [first]);
      outcomes.push(collect(agent, first));

      // One that throws, and one that replaces what it should have written.
      const bad = call(agent, specOf(throwing, written, { record }));
      const good = call(agent, specOf(6, written, { retries: 1 }));
      waitCalled(agent, [bad, good]);
      outcomes.push(collect(agent, bad), collect(agent, good));

      const dropped = call(
        agent,
        specOf(7, written, { record, after: [firstPoint, { timeline, generation, seqno: 1 }] }),
      );
      cancel(agent, dropped);
      assertChunksOwned(agent);
      signal(agent, gate, 1);
      waitCalled(agent, [dropped]);
      const blind = call(agent, specOf(12, [useOf(world, 0, ACCESS_READ)]));
      waitCalled(agent, [blind]);
      outcomes.push(collect(agent, dropped), collect(agent, blind));

      const plain = call(agent, specOf(8, written));
      assertChunksOwned(agent);
      waitCalled(agent, [plain]);
      outcomes.push(collect(agent, plain));

      // In the slot of the first: its point is over, this one's is not.
      const held = call(agent, specOf(9, updated, { record, after: [{ timeline, generation, seqno: 2 }, firstPoint] }));
      assert.equal(held.job, first.job);
      const behind = call(agent, specOf(10, updated, { after: [firstPoint] }));
      const beside = call(agent, specOf(11, [useOf(world, 1, ACCESS_WRITE)], { record }));
      assertChunksOwned(agent);
      waitCalled(agent, [beside]);
      outcomes.push(collect(agent, beside));
      signal(agent, gate, 2);
      waitCalled(agent, [held, behind]);
      outcomes.push(collect(agent, held), collect(agent, behind));

      // One chunk is left, and the arguments take it: there is none for what it waits for.
      const taken: number[] = [];
      for (let count = 1; count < size.chunks; count++) taken.push(storeBytes(agent, record, chunkOwnerOf(99)));
      let refused: unknown;
      try {
        submitJob(agent, specOf(12, written, { record, after: [firstPoint, firstPoint] }));
      } catch (error) {
        refused = error;
      }
      assert(FencelineError.is(refused, 'ENOSPC'));
      for (const chunk of taken) freeChain(agent, chunk);

      for (const { buffer } of world.ids) drop(agent, buffer);
      closeTimeline(agent, timeline, generation, canceled);
      dropTimeline(agent, timeline, agent.index);
      closePool(agent);
      return outcomes.join(' ');
    },
    worker: (world) => serve(world, agentIn(world, 1)) >= 0,
  },
  afterDeath: declareAndServe,
  after: (world, { main, worker }) => {
    assertEmpty(world);
    assert.equal(new Set(world.ran).size, world.ran.length, 'Nothing runs twice that did not ask for it.');
    if (main === undefined || worker === undefined) return;
    assert.equal(main, [0, thrown, 0, canceled, input, 0, 0, 0, 0].join(' '));
    assert.deepEqual(world.ran, ['5.0', `${throwing}.0`, '6.0', '8.0', '11.0', '9.0', '10.0']);
  },
  options: {
    killAgents: ['worker'],
    preemptions: 0,
    patches: [
      ...small,
      shrink('src/base/job-layout.ts', 'inlineDeps', 1),
      shrink('src/base/job-layout.ts', 'inlineBytes', 4),
    ],
  },
});
