/**
 * An agent died while it published two drafts, one of them for a buffer that was never written: whoever repairs finishes
 * that, also if it dies in the middle, and another one has to begin again.
 */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { A_REDO, B_FRESH } from '#fenceline/base/layout.js';
import { bufferAt, lockOf } from '#fenceline/buffer/buffer.js';
import { declareStopped } from '#fenceline/cells/agent.js';
import { store } from '#fenceline/cells/cell.js';
import { storeWords } from '#fenceline/cells/chunk.js';
import { agentAt } from '#fenceline/cells/memory.js';
import { blockStartBytes } from '#fenceline/memory/allocator.js';
import { placeLocked, takeBlockIn } from '#fenceline/memory/placement.js';
import { lockStep, openLockSet } from '#fenceline/reservation/lock-set.js';
import { agentIn } from '../world.ts';
import { assertAtRest, assertPublished } from './accounting.ts';
import { newBuffer, newSpace, payloadAt, small } from './space-world.ts';
import { transfer } from './transactions.ts';

/** Owner of the chunks of an agent's record, as publication.ts has it. */
const recordOwner = 2 ** 29;

export default scenario({
  setup: () => {
    const space = newSpace({ seated: 4, buffers: 2 });
    const owner = agentIn(space, 3);
    const dead = agentIn(space, 0);
    const set = openLockSet(dead);
    const pairs = new Int32Array(4);
    for (let index = 0; index < 2; index++) {
      const { buffer } = newBuffer(owner);
      assert(placeLocked(owner, buffer, 0));
      assert.equal(lockStep(dead, set, lockOf(dead, buffer)), 'acquired');
      const draft = takeBlockIn(dead, buffer, 0);
      space.payload[(blockStartBytes(dead, draft) / 4) | 0] = 10 + 10 * index;
      pairs.set([buffer, draft], index * 2);
    }
    store(owner.words, bufferAt(owner, 0) + B_FRESH, 0);
    store(dead.words, agentAt(dead, 0) + A_REDO, storeWords(dead, pairs, recordOwner));
    return { ...space, pairs };
  },
  agents: {
    repairer: (space) => declareStopped(agentIn(space, 1), 0, 0),
    // Waits for the locks, and must find both buffers published.
    next: (space) => {
      const { isDone } = transfer(space, agentIn(space, 2), 0, 1, 3);
      return isDone;
    },
  },
  afterDeath: (space) => {
    const undertaker = agentIn(space, 3);
    declareStopped(undertaker, 1, 0);
    declareStopped(undertaker, 0, 0);
  },
  after: (space, { next }) => {
    assert(next, 'The buffers are free again.');
    assertAtRest(space);
    assertPublished(space);
    const [from, to] = [payloadAt(space, 0), payloadAt(space, 1)];
    assert.deepEqual([space.payload[from], space.payload[to]], [7, 23], 'The next one found both published.');
  },
  options: { preemptions: 0, killAgents: ['repairer'], patches: small },
});
