/** Over Fenceline's own moves: a mapping is made under the lock, and remembers the epoch. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { B_EPOCH, B_PLACEMENT, BUFFER_WORDS } from '#fenceline/base/layout.js';
import { placementOf } from '#fenceline/buffer/buffer.js';
import { epochOf } from '#fenceline/buffer/exports.js';
import { moveLocked } from '#fenceline/memory/move.js';
import { placeLocked } from '#fenceline/memory/placement.js';
import { newBuffer, newSpace, type Space, small } from '../../test/explore/schedule/space-world.ts';
import { agentIn } from '../../test/explore/world.ts';
import { take, transact } from '../transact.ts';

const frame = 0;

interface Shared extends Space {
  /** What the importer has: the epoch, and the block that it names; -1: nothing. */
  readonly mapping: { epoch: number; block: number };
}

export default scenario({
  setup: (): Shared => {
    const space = newSpace({ seated: 2, buffers: 1, more: [{ units: 2, kind: 0 }] });
    newBuffer(agentIn(space, 1));
    assert(placeLocked(agentIn(space, 1), frame, 0));
    return { ...space, mapping: { epoch: -1, block: -1 } };
  },
  agents: {
    importer: (space) => {
      const agent = agentIn(space, 0);
      return transact(space, agent, (set) => {
        if (!take(space, agent, set, frame)) return false;
        const block = placementOf(agent, frame);
        const epoch = epochOf(agent, frame);
        space.mapping.block = block;
        space.mapping.epoch = epoch;
        return true;
      });
    },
    exporter: (space) => {
      const agent = agentIn(space, 1);
      return transact(space, agent, (set) => {
        if (!take(space, agent, set, frame)) return false;
        return moveLocked(agent, frame, 1) === 'moved';
      });
    },
  },
  always: ({ mapping: { epoch, block }, memory: { words }, layout }) => {
    const at = layout.buffers + frame * BUFFER_WORDS;
    if (epoch !== words[at + B_EPOCH] || block + 1 === words[at + B_PLACEMENT]) return;
    assert.fail('The mapping is not stale, and the frame is elsewhere.');
  },
  outcomes: [{ importer: true, exporter: true }],
  options: { preemptions: 1, patches: small },
});
