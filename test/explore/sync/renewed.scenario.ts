/**
 * Two agents add a point each to a list that is about to be written anew, without its links that are over: one of those
 * failed, and one is pending. A third asks for points meanwhile.
 */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { codeNumber } from '#fenceline/base/errors.js';
import {
  type Chain,
  chainOf,
  completedPoint,
  findPoint,
  headOf,
  pointsOfChain,
  stubLeaf,
} from '#fenceline/fence/chain.js';
import { DONE, failedPoint, type Points, pointsStatus } from '#fenceline/fence/points.js';
import { addPoint, chainIn } from '#fenceline/fence/sync-object.js';
import { declare } from '../schedule/space-world.ts';
import { agentIn } from '../world.ts';
import { assertExact, newSyncSpace, pendingLeaf, type SyncSpace, tiny } from './sync-world.ts';

const names = ['left', 'right', 'reader'];
const failure = codeNumber('ECANCELED');

function pointsFor(space: SyncSpace, chain: Chain, point: number): Points {
  const found = findPoint(space.memory, chain, point);
  assert(found, `Point ${point} is promised.`);
  return pointsOfChain(space.memory, found);
}

/** Throws unless the chain tells the truth about the points that were there. Outcomes: which leaves it has. */
function assertTold(space: SyncSpace, whole: Chain): readonly number[] {
  const { memory } = space;
  const seqnos = whole.map(({ leaves }) => leaves[0]?.seqno ?? 0);
  // What was added later may count in a row of its own.
  const chain = whole.slice(0, seqnos.indexOf(100) + 1);
  const statuses: number[] = [];
  for (const point of [1, 2, 3]) statuses.push(pointsStatus(memory, pointsFor(space, chain, point)));
  assert.deepEqual(statuses, [DONE, -failure, -failure], 'The second point failed, and what stands for all above it.');
  assert.equal(completedPoint(memory, chain), 3, 'All is over up to the third point.');
  assert(seqnos.slice(chain.length).every((seqno) => seqno === 200 || seqno === 300));
  return seqnos;
}

export default scenario({
  setup: (): SyncSpace => {
    const space = newSyncSpace(4, 8);
    const agent = agentIn(space, 0);
    addPoint(agent, space.object, 1, headOf(chainOf([stubLeaf(7)])));
    addPoint(agent, space.object, 2, headOf(chainOf([failedPoint(space.memory, failure, 1)])));
    addPoint(agent, space.object, 3, headOf(chainOf([stubLeaf(8)])));
    addPoint(agent, space.object, 10, headOf(chainOf([pendingLeaf(space.memory, 100)])));
    return space;
  },
  agents: {
    left: (space) => {
      addPoint(agentIn(space, 0), space.object, 20, headOf(chainOf([pendingLeaf(space.memory, 200)])));
      return true;
    },
    right: (space) => {
      addPoint(agentIn(space, 1), space.object, 30, headOf(chainOf([pendingLeaf(space.memory, 300)])));
      return true;
    },
    reader: (space) => {
      const chain = chainIn(agentIn(space, 2), space.object);
      return chain === undefined ? -1 : assertTold(space, chain).length;
    },
  },
  afterDeath: (space, dead) => {
    declare(space, names.indexOf(dead));
  },
  after: (space, { left, right }) => {
    const chain = chainIn(space.memory, space.object);
    assert(chain);
    const seqnos = assertTold(space, chain);
    if (left === true) assert(seqnos.includes(200));
    if (right === true) assert(seqnos.includes(300));
    if (left === true || right === true) assert(!seqnos.includes(7), 'What is over and done is left out.');
    assertExact(space);
  },
  options: { preemptions: 1, patches: tiny },
});
