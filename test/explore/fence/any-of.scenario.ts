/** One agent relays which of two fences is over first, while both are signalled, one as failed; another waits for that. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { DONE, PENDING, pointStatus, pointsStatus } from '#fenceline/fence/points.js';
import { relayFirst } from '#fenceline/fence/relay.js';
import { createTimeline, holdTimeline, issue, signal, signalError } from '#fenceline/fence/timeline.js';
import { waitPoints } from '#fenceline/fence/wait.js';
import { agentIn, bury, describeWordOf, oneTicket } from '../world.ts';
import { idOf, nameOf, newLine, pointOf, signalled } from './lines.ts';

const size = { seated: 5, timelines: 3 };
const names = ['left', 'right', 'relay', 'sleeper'];

export default scenario({
  setup: () => {
    const world = newLine(size, 1, [2, 4]);
    const other = createTimeline(agentIn(world, 1));
    const second = { ...idOf(other), seqno: issue(agentIn(world, 1), other) };
    const own = createTimeline(agentIn(world, 2));
    const any = { ...idOf(own), seqno: issue(agentIn(world, 2), own) };
    for (const holder of [2, 4]) holdTimeline(agentIn(world, holder), other.timeline, other.generation);
    for (const holder of [3, 4]) holdTimeline(agentIn(world, holder), own.timeline, own.generation);
    return { ...world, other, second, own, any };
  },
  agents: {
    left: (world) => signal(agentIn(world, 0), world.writer, 1),
    right: (world) => signalError(agentIn(world, 1), world.other, 1, signalled),
    relay: (world) => {
      const ends: number[] = [];
      const sets = [[pointOf(world, 1)], [world.second]];
      relayFirst(agentIn(world, 2), sets, (agent, index) => {
        const status = pointsStatus(agent, sets[index] ?? []);
        assert.notEqual(status, PENDING, 'It is over.');
        ends.push(index);
        if (status === DONE) signal(agent, world.own, 1);
        else signalError(agent, world.own, 1, -status);
      });
      return ends;
    },
    sleeper: (world) => {
      waitPoints(agentIn(world, 3), [world.any], Number.POSITIVE_INFINITY);
      const first = nameOf(pointStatus(world.memory, pointOf(world, 1)));
      const second = nameOf(pointStatus(world.memory, world.second));
      return { any: nameOf(pointStatus(world.memory, world.any)), first, second };
    },
  },
  afterDeath: (world, dead) => bury(world, names.indexOf(dead)),
  after: (world, { relay, sleeper }) => {
    if (relay !== undefined) assert.equal(relay.length, 1, 'It is told once.');
    if (sleeper === undefined) return;
    const { any, first, second } = sleeper;
    assert(
      any === first || any === second || (relay === undefined && any === 'owner died'),
      `${any}: ${first}, ${second}.`,
    );
    assert.equal(nameOf(pointStatus(world.memory, world.any)), any, 'It stays as it was.');
  },
  describeWord: describeWordOf(size),
  options: { killAgents: true, preemptions: 1, patches: [oneTicket] },
});
