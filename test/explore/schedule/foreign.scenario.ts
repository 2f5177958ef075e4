/** A job waits for a point of another agent's timeline, which is signalled, or fails: whoever sleeps then is woken. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { codeNumber } from '#fenceline/base/errors.js';
import {
  closeTimeline,
  completedOf,
  createTimeline,
  dropTimeline,
  issue,
  signal,
  type TimelineWriter,
} from '#fenceline/fence/timeline.js';
import { ACCESS_WRITE } from '#fenceline/schedule/job.js';
import { agentIn } from '../world.ts';
import { assertEmpty } from './accounting.ts';
import { declareAndServe, type JobSpace, newJobs, useOf } from './jobs.ts';
import { call, closePool, collect, drop, serve, specOf, waitCalled } from './pool-calls.ts';
import { small } from './space-world.ts';

interface ForeignSpace extends JobSpace {
  readonly writer: TimelineWriter;
}

const canceled = codeNumber('ECANCELED');
const input = codeNumber('EINPUT');

export default scenario({
  setup: (): ForeignSpace => {
    const world = newJobs(1, { seated: 4, jobs: 1 });
    const writer = createTimeline(agentIn(world, 2));
    issue(agentIn(world, 2), writer);
    return { ...world, writer };
  },
  agents: {
    main: (world) => {
      const agent = agentIn(world, 0);
      const use = useOf(world, 0, ACCESS_WRITE);
      const { timeline, generation } = world.writer;
      const job = call(agent, specOf(5, [use], { after: [{ timeline, generation, seqno: 1 }] }));
      waitCalled(agent, [job], true);
      const outcome = collect(agent, job);
      drop(agent, use.buffer);
      closePool(agent);
      return outcome;
    },
    worker: (world) => serve(world, agentIn(world, 1)),
    second: (world) => {
      const agent = agentIn(world, 2);
      const { timeline, generation } = world.writer;
      // A step first: what comes before the first step is over before anybody begins.
      assert.equal(completedOf(agent, timeline), 0);
      world.ran.push('signalled');
      signal(agent, world.writer, 1);
      closeTimeline(agent, timeline, generation, canceled);
      dropTimeline(agent, timeline, agent.index);
    },
  },
  afterDeath: (world, dead) => {
    if (dead !== 'second') return declareAndServe(world, dead);
    declareAndServe(world, dead);
  },
  after: (world, results) => {
    assertEmpty(world);
    const { main } = results;
    if (world.ran.includes('5.0')) assert.equal(world.ran[0], 'signalled', 'It runs after what it requires.');
    if (main !== undefined && !world.ran.includes('5.0')) assert.notEqual(main, 0, 'What did not run is no success.');
    if (results.second === undefined && main === input) assert(!world.ran.includes('5.0'));
  },
  options: { preemptions: 1, patches: small },
});
