/**
 * One agent transfers a point of one sync object to another while a second signals its work, of which one fails before another of its timeline: whoever waits at
 * the other object waits for all of it, and learns that it failed. If the signaller dies, it learns that instead; if who transfers dies, nothing or all is there.
 */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { codeNumber } from '#fenceline/base/errors.js';
import { sleepUntil } from '#fenceline/cells/wait.js';
import { type Chain, chainOf, headOf, mergeChains, pointsOfChain } from '#fenceline/fence/chain.js';
import { PENDING, pointStatus, pointsStatus } from '#fenceline/fence/points.js';
import {
  addPoint,
  createSyncObject,
  dropSyncObject,
  holdSyncObject,
  listenToSyncObject,
  promisedChain,
} from '#fenceline/fence/sync-object.js';
import {
  closeTimeline,
  createTimeline,
  dropTimeline,
  holdTimeline,
  issue,
  signal,
  signalError,
  type TimelineWriter,
} from '#fenceline/fence/timeline.js';
import { waitPoints } from '#fenceline/fence/wait.js';
import { assertEmpty } from '../schedule/accounting.ts';
import { declare, newSpace, type Space } from '../schedule/space-world.ts';
import { agentIn } from '../world.ts';
import { tiny } from './sync-world.ts';

const names = ['signaller', 'mover', 'waiter'];
const failure = codeNumber('EINPUT');
const ownerDied = codeNumber('EOWNERDEAD');

interface MoveSpace extends Space {
  readonly from: number;
  readonly to: number;
  /** The work of point 3; and that of the points 5, which fails, and 6, which does not. */
  readonly other: TimelineWriter;
  readonly working: TimelineWriter;
}

function signalAll(space: MoveSpace): true {
  const agent = agentIn(space, 0);
  signal(agent, space.other, 1);
  signalError(agent, space.working, 1, failure);
  signal(agent, space.working, 2);
  return true;
}

function move(space: MoveSpace): true {
  const agent = agentIn(space, 1);
  const chain = promisedChain(agent, space.from, 6);
  assert(chain, 'It was promised before.');
  addPoint(
    agent,
    space.to,
    4,
    headOf(
      chainOf(
        mergeChains(agent, [chain], () => 0),
        true,
      ),
    ),
  );
  return true;
}

/** Outcomes: how the work ended, as the point of the other object says. */
function learn(space: MoveSpace): number {
  const agent = agentIn(space, 2);
  const { found } = space;
  sleepUntil(
    agent,
    () => {
      listenToSyncObject(agent, space.to);
      found[2] = promisedChain(agent, space.to, 4);
      return found[2] !== undefined;
    },
    Number.POSITIVE_INFINITY,
  );
  const points = pointsOfChain(agent, found[2] as Chain);
  waitPoints(agent, points, Number.POSITIVE_INFINITY);
  const { timeline, generation } = space.working;
  assert.notEqual(pointStatus(agent, { timeline, generation, seqno: 2 }), PENDING, 'Nothing is waited for any more.');
  return pointsStatus(agent, points);
}

export default scenario({
  setup: (): MoveSpace => {
    const space = newSpace({ seated: 4, chunks: 6, syncObjects: 2, timelines: 2 });
    const owner = agentIn(space, 0);
    const [other, working] = [createTimeline(owner), createTimeline(owner)];
    const ids = [createSyncObject(owner), createSyncObject(owner)] as const;
    for (const index of [1, 2]) {
      for (const { timeline, generation } of [other, working]) {
        holdTimeline(agentIn(space, index), timeline, generation);
      }
      for (const id of ids) assert(holdSyncObject(agentIn(space, index), id));
    }
    const [from, to] = [ids[0].syncObject, ids[1].syncObject];
    const work = [[3, other] as const, [5, working] as const, [6, working] as const];
    for (const [point, writer] of work) {
      const { timeline, generation } = writer;
      addPoint(owner, from, point, headOf(chainOf([{ timeline, generation, seqno: issue(owner, writer) }])));
    }
    return { ...space, from, to, other, working };
  },
  agents: {
    signaller: signalAll,
    mover: move,
    waiter: learn,
  },
  afterDeath: (space, dead) => {
    const undertaker = declare(space, names.indexOf(dead));
    // Nobody else moves it: so that the waiter comes to an end. It has failed by then, or is pending, or will fail.
    if (dead === 'mover' && promisedChain(undertaker, space.to, 4) === undefined) {
      const chain = promisedChain(undertaker, space.from, 6);
      assert(chain);
      addPoint(
        undertaker,
        space.to,
        4,
        headOf(
          chainOf(
            mergeChains(undertaker, [chain], () => 0),
            true,
          ),
        ),
      );
    }
  },
  after: (space, { signaller, waiter }) => {
    if (waiter !== undefined) {
      assert.notEqual(waiter, PENDING);
      const allowed = signaller === true ? [-failure] : [-failure, -ownerDied];
      assert(allowed.includes(waiter), `The waiter learnt ${waiter}.`);
    }
    for (const agent of space.agents) {
      for (const object of [space.from, space.to]) dropSyncObject(agent, object, agent.index);
    }
    for (const { timeline, generation } of [space.other, space.working]) {
      closeTimeline(agentIn(space, 3), timeline, generation, ownerDied);
      for (const agent of space.agents) dropTimeline(agent, timeline, agent.index);
    }
    assertEmpty(space);
  },
  options: { preemptions: 1, patches: tiny },
});
