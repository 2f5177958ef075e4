/** One agent adds points to a sync object of two nodes, another takes all out and puts one in, a third looks. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { chainOf, headOf } from '#fenceline/fence/chain.js';
import { addPoint, chainIn, replaceChain } from '#fenceline/fence/sync-object.js';
import { declare } from '../schedule/space-world.ts';
import { agentIn } from '../world.ts';
import { assertExact, newSyncSpace, pendingLeaf, type SyncSpace, tiny } from './sync-world.ts';

const names = ['adder', 'emptier', 'reader'];

/** What may be there: the numbers of the leaves, oldest first. */
function assertPossible(seqnos: readonly number[]): void {
  const known = ['', '1,2,3', '1,2,3,4', '1,2,3,4,5', '4', '5', '4,5', '9', '9,4', '9,5', '9,4,5'];
  assert(known.includes(seqnos.join()), `There may not be ${seqnos.join()} in it.`);
}

function seqnosIn(space: SyncSpace, index: number): readonly number[] {
  const chain = chainIn(agentIn(space, index), space.object) ?? [];
  return chain.map(({ leaves }) => leaves[0]?.seqno ?? 0);
}

function add(space: SyncSpace, index: number, point: number): void {
  addPoint(agentIn(space, index), space.object, point, headOf(chainOf([pendingLeaf(space.memory, point)])));
}

export default scenario({
  setup: (): SyncSpace => {
    const space = newSyncSpace(4, 6);
    for (const point of [1, 2, 3]) add(space, 0, point);
    return space;
  },
  agents: {
    adder: (space) => {
      for (const point of [4, 5]) add(space, 0, point);
      return true;
    },
    emptier: (space) => {
      replaceChain(agentIn(space, 1), space.object, undefined);
      replaceChain(agentIn(space, 1), space.object, chainOf([pendingLeaf(space.memory, 9)]));
      return true;
    },
    reader: (space) => {
      assertPossible(seqnosIn(space, 2));
    },
  },
  afterDeath: (space, dead) => {
    declare(space, names.indexOf(dead));
  },
  after: (space, { emptier }) => {
    const seqnos = seqnosIn(space, 3);
    assertPossible(seqnos);
    if (emptier === true) assert(seqnos[0] === 9 && !seqnos.includes(1));
    assertExact(space);
  },
  options: { preemptions: 1, patches: tiny },
});
