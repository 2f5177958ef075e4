/**
 * Waiting before anybody has promised: one agent blocks for a point, another waits for it in its event loop, a third adds points,
 * of which the second is the one. Whoever waits gets all up to it, whoever dies.
 */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { sleepUntil } from '#fenceline/cells/wait.js';
import type { Core } from '#fenceline/core.js';
import type { Chain } from '#fenceline/fence/chain.js';
import { chainOf, headOf } from '#fenceline/fence/chain.js';
import { addPoint, listenToSyncObject, promisedChain } from '#fenceline/fence/sync-object.js';
import { whenPromised } from '#fenceline/sync-watch.js';
import { declare } from '../schedule/space-world.ts';
import { agentIn } from '../world.ts';
import { assertExact, newSyncSpace, pendingLeaf, type SyncSpace, tiny } from './sync-world.ts';

const names = ['adder', 'blocked', 'listener'];

interface WaitSpace extends SyncSpace {
  /** The listener's end of the space, as far as waiting needs it. */
  readonly core: Core;
}

function seqnosOf(chain: Chain): readonly number[] {
  return chain.map(({ leaves }) => leaves[0]?.seqno ?? 0);
}

export default scenario({
  setup: (): WaitSpace => {
    const space = newSyncSpace(4, 6);
    // One hold: the scenario's own.
    const syncHolds = new Map([[`syncObject ${space.object}`, 1]]);
    const core = { agent: agentIn(space, 2), syncHolds, isClosed: false } as unknown as Core;
    return { ...space, core };
  },
  agents: {
    adder: (space) => {
      for (const point of [1, 3]) {
        addPoint(agentIn(space, 0), space.object, point, headOf(chainOf([pendingLeaf(space.memory, point)])));
      }
      return true;
    },
    blocked: (space) => {
      const agent = agentIn(space, 1);
      const { found } = space;
      sleepUntil(
        agent,
        () => {
          listenToSyncObject(agent, space.object);
          found[1] = promisedChain(agent, space.object, 2);
          return found[1] !== undefined;
        },
        Number.POSITIVE_INFINITY,
      );
      return seqnosOf(found[1] as Chain);
    },
    listener: (space) => {
      const told: (readonly number[])[] = [];
      const id = { syncObject: space.object, generation: 0 };
      whenPromised(space.core, id, 2, (chain) => {
        told.push(seqnosOf(chain));
      });
      return told;
    },
  },
  afterDeath: (space, dead) => {
    const undertaker = declare(space, names.indexOf(dead));
    // Whoever would have promised it is gone: somebody else does. Nobody gave the undertaker the object: agent 1 or 2 keeps it.
    if (dead === 'adder') addPoint(undertaker, space.object, 5, headOf(chainOf([pendingLeaf(space.memory, 5)])));
  },
  after: (space, { blocked, listener }) => {
    const possible = ['1,3', '1,5', '5', '1,3,5'];
    if (blocked !== undefined) assert(possible.includes(blocked.join()), `The blocked one got ${blocked.join()}.`);
    if (listener !== undefined) {
      assert.equal(listener.length, 1, 'It is told once.');
      assert(possible.includes(String(listener[0]?.join())), `The listener got ${String(listener[0])}.`);
    }
    assertExact(space);
  },
  options: { preemptions: 1, patches: tiny },
});
