/**
 * Two agents move a buffer between two heaps, each under its lock, and either dies at every step: at every instant the
 * placement names a block that holds the contents, and at the end exactly one block is in use.
 */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { B_FRESH, B_PLACEMENT, BLOCK_WORDS, BUFFER_WORDS, K_HEAP, K_START, K_STATE } from '#fenceline/base/layout.js';
import { lockOf } from '#fenceline/buffer/buffer.js';
import type { Agent } from '#fenceline/cells/memory.js';
import { moveLocked } from '#fenceline/memory/move.js';
import { placeLocked } from '#fenceline/memory/placement.js';
import { closeLockSet, openLockSet } from '#fenceline/reservation/lock-set.js';
import { assertAtRest } from '../schedule/accounting.ts';
import { declare, newBuffer, newSpace, payloadAt, type Space, small, unit } from '../schedule/space-world.ts';
import { acquireSync } from '../schedule/transactions.ts';
import { agentIn } from '../world.ts';

const names = ['mover', 'other'];
const contents = 7;
const vacant = 4;

function setup(): Space {
  const space = newSpace({ seated: 3, buffers: 1, more: [{ units: 2, kind: 0 }] });
  const owner = agentIn(space, 2);
  const { buffer } = newBuffer(owner);
  assert(placeLocked(owner, buffer, 0));
  space.memory.words[space.layout.buffers + B_FRESH] = 0;
  space.payload[payloadAt(space, buffer)] = contents;
  return space;
}

/** Moves the buffer to each heap in turn. */
function move(space: Space, agent: Agent, heaps: readonly number[]): string {
  const set = openLockSet(agent);
  acquireSync(space, agent, set, lockOf(agent, 0));
  let outcome = '';
  for (const heap of heaps) outcome = moveLocked(agent, 0, heap);
  closeLockSet(agent, set);
  return outcome;
}

function wordAt(words: Int32Array, index: number): number {
  return words[index] as number; // inside the layout
}

export default scenario({
  setup,
  agents: {
    mover: (space) => move(space, agentIn(space, 0), [1, 0]),
    other: (space) => move(space, agentIn(space, 1), [1]),
  },
  always: ({ memory: { words }, layout, memories }) => {
    const block = wordAt(words, layout.buffers + 0 * BUFFER_WORDS + B_PLACEMENT) - 1;
    const at = layout.blocks + block * BLOCK_WORDS;
    if (block < 0 || (wordAt(words, at + K_STATE) & 7) === vacant)
      assert.fail('The buffer has memory at every instant.');
    const memory = memories[wordAt(words, at + K_HEAP)];
    const seen = memory?.[(wordAt(words, at + K_START) * unit) / 4];
    if (seen !== contents) assert.fail(`The placement names a block that holds the contents (${seen}).`);
  },
  afterDeath: (space, dead) => {
    const undertaker = declare(space, names.indexOf(dead));
    assert.equal(move(space, undertaker, [1, 0]), 'moved');
  },
  after: assertAtRest,
  options: { killAgents: true, preemptions: 1, patches: small },
});
