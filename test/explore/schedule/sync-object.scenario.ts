/** Two agents put fences into a sync object, one waits for a point that nobody has submitted yet, all drop it. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import type { Agent } from '#fenceline/cells/memory.js';
import { sleepUntil } from '#fenceline/cells/wait.js';
import { type Chain, chainOf } from '#fenceline/fence/chain.js';
import {
  createSyncObject,
  dropSyncObject,
  holdSyncObject,
  listenToSyncObject,
  promisedChain,
  replaceChain,
  type SyncObjectId,
} from '#fenceline/fence/sync-object.js';
import { agentIn } from '../world.ts';
import { assertEmpty } from './accounting.ts';
import { declare, newSpace, type Space, small } from './space-world.ts';

interface SyncSpace extends Space {
  readonly id: SyncObjectId;
}

const names = ['first', 'second', 'waiter'];

/** A point of a job lane: what it says does not matter here, only that it arrives whole. */
function pointOf(world: Space, seqno: number): Chain {
  return chainOf([{ timeline: world.layout.limits.timelines, generation: 0, seqno }]);
}

function put(world: SyncSpace, agent: Agent, seqno: number): void {
  replaceChain(agent, world.id.syncObject, pointOf(world, seqno));
  dropSyncObject(agent, world.id.syncObject, agent.index);
}

function awaitPoint(world: SyncSpace, agent: Agent): number {
  const { syncObject } = world.id;
  const { found } = world;
  sleepUntil(
    agent,
    () => {
      listenToSyncObject(agent, syncObject);
      found[agent.index] = promisedChain(agent, syncObject, 0);
      return found[agent.index] !== undefined;
    },
    Number.POSITIVE_INFINITY,
  );
  dropSyncObject(agent, syncObject, agent.index);
  const [link] = found[agent.index] as Chain;
  const [point, ...more] = link?.leaves ?? [];
  assert(point !== undefined && more.length === 0 && point.generation === 0, 'One whole fence is there.');
  return point.seqno;
}

export default scenario({
  setup: (): SyncSpace => {
    const world = newSpace({ seated: 4, chunks: 3 });
    const id = createSyncObject(agentIn(world, 0));
    assert(holdSyncObject(agentIn(world, 1), id));
    assert(holdSyncObject(agentIn(world, 2), id));
    return { ...world, id };
  },
  agents: {
    first: (world) => put(world, agentIn(world, 0), 7),
    second: (world) => put(world, agentIn(world, 1), 9),
    waiter: (world) => awaitPoint(world, agentIn(world, 2)),
  },
  afterDeath: (world, dead) => {
    const undertaker = declare(world, names.indexOf(dead));
    // Whoever would have put something in is gone: the waiter still gets the other's, or this one.
    if (dead === 'waiter') return;
    if (holdSyncObject(undertaker, world.id)) put(world, undertaker, 9);
  },
  after: (world, { waiter }) => {
    if (waiter !== undefined) assert([7, 9].includes(waiter), `The waiter got ${waiter}.`);
    assertEmpty(world);
  },
  options: { preemptions: 1, patches: small },
});
