/** Over Fenceline's own moves: a move leaves the page tables alone; their next user sees the epoch, and updates them. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { placementOf } from '#fenceline/buffer/buffer.js';
import { epochOf } from '#fenceline/buffer/exports.js';
import { moveLocked } from '#fenceline/memory/move.js';
import { placeLocked } from '#fenceline/memory/placement.js';
import { newBuffer, newSpace, type Space, small } from '../../test/explore/schedule/space-world.ts';
import { agentIn } from '../../test/explore/world.ts';
import { take, transact } from '../transact.ts';

const frame = 0;
/** A buffer of the importer's; its lock guards the entry. */
const pageTables = 1;

interface Shared extends Space {
  readonly entry: { epoch: number; block: number };
}

/** With both locks held. */
function updateEntry({ entry, ...space }: Shared, agent: number): void {
  const epoch = epochOf(agentIn(space, agent), frame);
  if (entry.epoch === epoch) return;
  entry.block = placementOf(agentIn(space, agent), frame);
  entry.epoch = epoch;
}

export default scenario({
  setup: (): Shared => {
    const space = newSpace({ seated: 2, buffers: 2, more: [{ units: 2, kind: 0 }] });
    const owner = agentIn(space, 1);
    for (const buffer of [newBuffer(owner), newBuffer(owner)]) assert(placeLocked(owner, buffer.buffer, 0));
    return { ...space, entry: { epoch: epochOf(owner, frame), block: placementOf(owner, frame) } };
  },
  agents: {
    mover: (space) => {
      const agent = agentIn(space, 0);
      return transact(space, agent, (set) => {
        return take(space, agent, set, frame) && moveLocked(agent, frame, 1) === 'moved';
      });
    },
    submitter: (space) => {
      const agent = agentIn(space, 1);
      return transact(space, agent, (set) => {
        if (!take(space, agent, set, pageTables) || !take(space, agent, set, frame)) return false;
        updateEntry(space, 1);
        assert.equal(space.entry.block, placementOf(agent, frame), 'The job runs over the place where the frame is.');
        return true;
      });
    },
  },
  outcomes: [{ mover: true, submitter: true }],
  options: { preemptions: 1, patches: small },
});
