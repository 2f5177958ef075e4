/**
 * An agent leaves while callbacks of its wait: those of timelines that its leaving ends, or somebody else does, run once,
 * after it returned to its loop; what would take something is not looked at any more.
 */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { leave } from '#fenceline/cells/agent.js';
import { addWaiter, drainPump, nextWaiterOrder } from '#fenceline/cells/pump.js';
import { createTimeline, issue, signal } from '#fenceline/fence/timeline.js';
import { watchPoints } from '#fenceline/fence/watch.js';
import { agentIn, describeWordOf, newWorld, oneTicket } from '../world.ts';
import { isRaised, raise } from './doorbells.ts';

const size = { seated: 3, timelines: 2 };

export default scenario({
  setup: () => {
    const world = newWorld(size);
    const [own, other] = [createTimeline(agentIn(world, 0)), createTimeline(agentIn(world, 1))];
    issue(agentIn(world, 0), own);
    issue(agentIn(world, 1), other);
    return { ...world, own, other };
  },
  agents: {
    leaver: (world) => {
      const agent = agentIn(world, 0);
      const log: string[] = [];
      const { own, other } = world;
      watchPoints(agent, [{ ...own, seqno: 1 }], () => log.push('own'));
      watchPoints(agent, [{ ...other, seqno: 1 }], () => log.push('other'));
      let isLeaving = false;
      addWaiter(agent, {
        hint: -1,
        order: nextWaiterOrder(),
        poll: () => {
          const isFree = isRaised(world, 1);
          if (isFree && isLeaving) log.push('taken');
          return isFree;
        },
        run: () => log.push('ran'),
      });
      isLeaving = true;
      leave(agent);
      const before = log.length;
      drainPump(agent);
      assert.equal(log.length, before, 'No callback runs before its agent is back in its event loop.');
      return log;
    },
    other: (world) => {
      const agent = agentIn(world, 1);
      signal(agent, world.other, 1);
      raise(world, 1, 1, 0);
    },
  },
  after: (_world, { leaver }) => {
    assert(leaver);
    assert.equal(
      leaver.filter((one) => one === 'own').length,
      1,
      'Who waits for what the leaver owed hears of its end.',
    );
    assert(leaver.filter((one) => one === 'other').length <= 1);
    assert(!leaver.includes('taken'), 'Nothing is taken that nobody would give back.');
  },
  describeWord: describeWordOf(size),
  options: { preemptions: 2, patches: [oneTicket] },
});
