/** Over Fenceline's own buffers: the transaction refers to what it waits for; its owner drops it, and makes another one. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { type BufferId, dropBuffer, holdBuffer, isBufferLive } from '#fenceline/buffer/buffer.js';
import type { Agent } from '#fenceline/cells/memory.js';
import { releaseWhenIdle } from '#fenceline/memory/release.js';
import { newBuffer, newSpace, type Space, small } from '../../test/explore/schedule/space-world.ts';
import { agentIn, describeWordOf } from '../../test/explore/world.ts';
import { take, transact } from '../transact.ts';

/** A third slot is for what the owner makes next, if the frame is still there. */
const size = { seated: 2, buffers: 3 };

interface Shared extends Space {
  readonly frame: BufferId;
  readonly own: BufferId;
}

function put(agent: Agent, { buffer }: BufferId): void {
  if (dropBuffer(agent, buffer, agent.index)) releaseWhenIdle(agent, buffer);
}

export default scenario({
  setup: (): Shared => {
    const space = newSpace(size);
    const frame = newBuffer(agentIn(space, 0));
    return { ...space, frame, own: newBuffer(agentIn(space, 1)) };
  },
  agents: {
    owner: (space) => {
      const agent = agentIn(space, 0);
      transact(space, agent, (set) => take(space, agent, set, space.frame.buffer));
      put(agent, space.frame);
      agent.cursors.clear();
      return newBuffer(agent).buffer === space.frame.buffer ? 'in its place' : 'beside it';
    },
    top: (space) => {
      const agent = agentIn(space, 1);
      if (!holdBuffer(agent, space.frame)) return 'gone';
      transact(space, agent, (set) => {
        if (!take(space, agent, set, space.own.buffer) || !take(space, agent, set, space.frame.buffer)) return false;
        assert(isBufferLive(agent, space.frame), 'What it has the lock of is what it waited for.');
        return true;
      });
      put(agent, space.frame);
      return 'locked';
    },
  },
  outcomes: [
    { owner: 'in its place', top: 'locked' },
    { owner: 'beside it', top: 'locked' },
    { owner: 'in its place', top: 'gone' },
  ],
  describeWord: describeWordOf(size),
  options: { preemptions: 1, patches: small },
});
