/** A handle of a buffer is opened while its owner drops it, and while its slot is taken for another buffer. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { createBuffer, dropBuffer, holdBuffer, isBufferLive } from '#fenceline/buffer/buffer.js';
import type { Agent } from '#fenceline/cells/memory.js';
import { placeLocked } from '#fenceline/memory/placement.js';
import { releaseWhenIdle } from '#fenceline/memory/release.js';
import { agentIn } from '../world.ts';
import { assertEmpty } from './accounting.ts';
import { type JobSpace, newJobs } from './jobs.ts';
import { declare, small, unit } from './space-world.ts';

const names = ['owner', 'opener', 'maker'];

function release(agent: Agent, buffer: number): void {
  if (dropBuffer(agent, buffer, agent.index)) releaseWhenIdle(agent, buffer);
}

/** As retainBuffer and releaseBuffer in src/core.ts. */
function open(world: JobSpace, agent: Agent): boolean {
  const [id] = world.ids;
  assert(id !== undefined);
  if (!holdBuffer(agent, id)) {
    // The bit that was set for a moment may have kept another buffer from closing.
    releaseWhenIdle(agent, id.buffer);
    return false;
  }
  assert(isBufferLive(agent, id), 'What is held lives.');
  release(agent, id.buffer);
  return true;
}

/** Makes another buffer as soon as the only slot is free, or finds none. */
function make(agent: Agent): boolean {
  try {
    release(agent, createBuffer(agent, unit, 1, 0).buffer);
    return true;
  } catch {
    return false;
  }
}

export default scenario({
  setup: () => {
    const world = newJobs(1, { seated: 4, jobs: 1 });
    assert(placeLocked(agentIn(world, 0), 0, 0));
    return world;
  },
  agents: {
    owner: (world) => release(agentIn(world, 0), 0),
    opener: (world) => open(world, agentIn(world, 1)),
    maker: (world) => make(agentIn(world, 2)),
  },
  afterDeath: (world, dead) => {
    declare(world, names.indexOf(dead));
  },
  after: assertEmpty,
  options: { preemptions: 2, patches: small },
});
