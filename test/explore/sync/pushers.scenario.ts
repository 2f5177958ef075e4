/** Two agents add points to a sync object in which there are two, a third looks: into nodes of two links. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import type { Chain } from '#fenceline/fence/chain.js';
import { chainOf, headOf } from '#fenceline/fence/chain.js';
import { addPoint, chainIn } from '#fenceline/fence/sync-object.js';
import { declare } from '../schedule/space-world.ts';
import { agentIn } from '../world.ts';
import { type Added, assertExact, assertGrown, newSyncSpace, pendingLeaf, type SyncSpace, tiny } from './sync-world.ts';

const names = ['left', 'right', 'reader'];
const size = { seated: 4, chunks: 8 };

function added(space: SyncSpace): readonly (readonly Added[])[] {
  const of = (points: readonly number[], first: number): Added[] =>
    points.map((point, index) => ({ point, leaf: pendingLeaf(space.memory, first + index) }));
  return [of([1, 2], 100), of([3, 5], 200), of([4], 300)];
}

/** Outcomes: true, so that what a living agent did can be told from what a dead one may have done. */
function push(space: SyncSpace, index: number, what: number): boolean {
  for (const { point, leaf } of added(space)[what] ?? [])
    addPoint(agentIn(space, index), space.object, point, headOf(chainOf([leaf])));
  return true;
}

export default scenario({
  setup: (): SyncSpace => {
    const space = newSyncSpace(size.seated, size.chunks);
    push(space, 0, 0);
    return space;
  },
  agents: {
    left: (space) => push(space, 0, 1),
    right: (space) => push(space, 1, 2),
    reader: (space) => {
      const chain = chainIn(agentIn(space, 2), space.object);
      assert(chain);
      return assertGrown(chain, added(space)).length;
    },
  },
  afterDeath: (space, dead) => {
    declare(space, names.indexOf(dead));
  },
  after: (space, { left, right }) => {
    const chain = chainIn(space.memory, space.object) as Chain;
    const seen = assertGrown(chain, added(space));
    const least = 2 + (left === true ? 2 : 0) + (right === true ? 1 : 0);
    assert(seen.length >= least && seen[0] === 100 && seen[1] === 101, `There are ${seen.join(', ')}.`);
    assertExact(space);
  },
  options: { preemptions: 1, patches: tiny },
});
