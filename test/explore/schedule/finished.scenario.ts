/** Two agents repair after the same dead one, which was half way through publishing two drafts; either may die too. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { A_REDO, AGENT_WORDS } from '#fenceline/base/layout.js';
import { lockOf } from '#fenceline/buffer/buffer.js';
import { declareStopped } from '#fenceline/cells/agent.js';
import { storeWords } from '#fenceline/cells/chunk.js';
import { blockStartBytes } from '#fenceline/memory/allocator.js';
import { placeLocked, publishLocked, takeBlockIn } from '#fenceline/memory/placement.js';
import { lockStep, openLockSet } from '#fenceline/reservation/lock-set.js';
import { agentIn } from '../world.ts';
import { assertAtRest, assertPublished } from './accounting.ts';
import { declare, newBuffer, newSpace, payloadAt, type Space, small } from './space-world.ts';
import { transfer } from './transactions.ts';

const names = ['first', 'second'];
const deadIndex = 2;
/** As src/memory/publication.ts has it. */
const ownerBase = 2 ** 29;

/** 30 are on their way from the one buffer to the other; the first of the two drafts is in place. */
function newDeath(): Space {
  const space = newSpace({ seated: 4, buffers: 2 });
  const dead = agentIn(space, deadIndex);
  const set = openLockSet(dead);
  const pairs: number[] = [];
  for (const amount of [70, 130]) {
    const { buffer } = newBuffer(agentIn(space, 3));
    lockStep(dead, set, lockOf(dead, buffer));
    assert(placeLocked(dead, buffer, 0));
    space.payload[payloadAt(space, buffer)] = 100;
    const block = takeBlockIn(dead, buffer, 0);
    space.payload[blockStartBytes(dead, block) / 4] = amount;
    pairs.push(buffer, block);
  }
  space.memory.words[space.layout.agents + deadIndex * AGENT_WORDS + A_REDO] = storeWords(
    dead,
    Int32Array.from(pairs),
    ownerBase + deadIndex,
  );
  publishLocked(dead, pairs[0] ?? -1, pairs[1] ?? -1);
  return space;
}

export default scenario({
  setup: newDeath,
  agents: {
    first: (space) => {
      declareStopped(agentIn(space, 0), deadIndex, 0);
      return 'done';
    },
    second: (space) => {
      declareStopped(agentIn(space, 1), deadIndex, 0);
      return transfer(space, agentIn(space, 1), 1, 0, 5).isDone;
    },
  },
  afterDeath: (space, dead) => declare(space, names.indexOf(dead)),
  after: (space, { second }) => {
    assertAtRest(space);
    assertPublished(space);
    const amounts = `${space.payload[payloadAt(space, 0)]} and ${space.payload[payloadAt(space, 1)]}`;
    const possible = second === true ? ['75 and 125'] : ['70 and 130', '75 and 125'];
    assert(possible.includes(amounts), `They hold ${amounts}.`);
  },
  options: { killAgents: ['first', 'second'], preemptions: 1, patches: small },
});
