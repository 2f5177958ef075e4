/**
 * A draft of contents that their source could make again is published, and whoever does it dies at any step: what anybody sees
 * stays, also when it is evicted after that.
 */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { B_FILL, B_FRESH, B_PLACEMENT } from '#fenceline/base/layout.js';
import { lockOf, placementOf } from '#fenceline/buffer/buffer.js';
import type { Agent } from '#fenceline/cells/memory.js';
import { declareSource, FILL_CLEAN, noteFilled } from '#fenceline/memory/filling.js';
import { placeLocked, takeBlockIn } from '#fenceline/memory/placement.js';
import { publishAllLocked } from '#fenceline/memory/publication.js';
import { closeLockSet, openLockSet } from '#fenceline/reservation/lock-set.js';
import { assertAtRest } from '../schedule/accounting.ts';
import { declare, newBuffer, newSpace, type Space, small } from '../schedule/space-world.ts';
import { acquireSync } from '../schedule/transactions.ts';
import { agentIn } from '../world.ts';

interface Filled extends Space {
  /** The block with what the source made. */
  readonly made: number;
}

function setup(): Filled {
  const space = newSpace({ seated: 2, buffers: 1, budget: 2 });
  const owner = agentIn(space, 1);
  const { buffer } = newBuffer(owner);
  declareSource(owner, buffer);
  assert(placeLocked(owner, buffer, 0));
  space.memory.words[space.layout.buffers + B_FRESH] = 0;
  noteFilled(owner, buffer);
  return { ...space, made: placementOf(owner, buffer) };
}

function edit(space: Space, agent: Agent): boolean {
  const set = openLockSet(agent);
  acquireSync(space, agent, set, lockOf(agent, 0));
  const block = takeBlockIn(agent, 0, 0);
  assert(block >= 0);
  publishAllLocked(agent, [{ buffer: 0, block }]);
  closeLockSet(agent, set);
  return true;
}

export default scenario({
  setup,
  agents: { editor: (space) => edit(space, agentIn(space, 0)) },
  always: ({ memory: { words }, layout, made }) => {
    const isDraft = (words[layout.buffers + B_PLACEMENT] ?? 0) - 1 !== made;
    if (isDraft && words[layout.buffers + B_FILL] === FILL_CLEAN) {
      assert.fail('Contents that an edit published are not dropped as if their source could make them.');
    }
  },
  afterDeath: (space) => void declare(space, 0),
  after: assertAtRest,
  options: { killAgents: true, preemptions: 0, patches: small },
});
