/**
 * A buffer is closed while a fence of another agent is pending on it: it is given back when that is over, by whoever is
 * left of those who know.
 */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { codeNumber } from '#fenceline/base/errors.js';
import { dropBuffer, lockOf, reservationOf } from '#fenceline/buffer/buffer.js';
import {
  closeTimeline,
  createTimeline,
  dropTimeline,
  issue,
  signal,
  type TimelineWriter,
} from '#fenceline/fence/timeline.js';
import { placeLocked } from '#fenceline/memory/placement.js';
import { releaseWhenIdle } from '#fenceline/memory/release.js';
import { closeLockSet, lockStep, openLockSet } from '#fenceline/reservation/lock-set.js';
import { addPointLocked, reserveLocked, USAGE_READ } from '#fenceline/reservation/reservation.js';
import { agentIn } from '../world.ts';
import { assertEmpty } from './accounting.ts';
import { type JobSpace, newJobs } from './jobs.ts';
import { declare, small } from './space-world.ts';

interface ClosedSpace extends JobSpace {
  readonly writer: TimelineWriter;
}

const names = ['owner', 'signaller'];
const buffer = 0;

export default scenario({
  setup: (): ClosedSpace => {
    const world = newJobs(1, { jobs: 1 });
    const writer = createTimeline(agentIn(world, 1));
    issue(agentIn(world, 1), writer);
    assert(placeLocked(agentIn(world, 0), buffer, 0));
    return { ...world, writer };
  },
  agents: {
    owner: (world) => {
      const agent = agentIn(world, 0);
      const set = openLockSet(agent);
      assert.equal(lockStep(agent, set, lockOf(agent, buffer)), 'acquired');
      const { timeline, generation } = world.writer;
      assert(reserveLocked(agent, reservationOf(agent, buffer), 1));
      addPointLocked(agent, reservationOf(agent, buffer), { timeline, generation, seqno: 1 }, USAGE_READ);
      closeLockSet(agent, set);
      if (dropBuffer(agent, buffer, agent.index)) releaseWhenIdle(agent, buffer);
    },
    signaller: (world) => {
      const agent = agentIn(world, 1);
      const { timeline, generation } = world.writer;
      signal(agent, world.writer, 1);
      closeTimeline(agent, timeline, generation, codeNumber('ECANCELED'));
      dropTimeline(agent, timeline, agent.index);
    },
  },
  afterDeath: (world, dead) => {
    declare(world, names.indexOf(dead));
  },
  after: assertEmpty,
  options: { killAgents: true, preemptions: 1, patches: small },
});
