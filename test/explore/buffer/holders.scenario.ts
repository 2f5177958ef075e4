/** One slot for buffers: two agents open, look and drop it, a third drops it first. Somebody closes it, exactly once. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { B_STATE } from '#fenceline/base/layout.js';
import {
  bufferAt,
  createBuffer,
  dropBuffer,
  holdBuffer,
  isBufferLive,
  repairBuffers,
} from '#fenceline/buffer/buffer.js';
import { CLOSED, FREE, nobody, slotWord, stateOf } from '#fenceline/cells/slot.js';
import { agentIn, bury, describeWordOf, newWorld, oneTicket, type World } from '../world.ts';

const size = { seated: 4, buffers: 1 };
const names = ['creator', 'first', 'second'];

interface BufferWorld extends World {
  readonly id: { readonly buffer: number; readonly generation: number };
}

function open(world: BufferWorld, index: number): string {
  const agent = agentIn(world, index);
  if (!holdBuffer(agent, world.id)) return 'gone';
  assert(isBufferLive(agent, world.id), 'What is held is live.');
  return dropBuffer(agent, world.id.buffer, index) ? 'closed' : 'dropped';
}

export default scenario({
  setup: (): BufferWorld => {
    const world = newWorld(size, [repairBuffers]);
    world.memory.words[world.layout.buffers + B_STATE] = slotWord(FREE, nobody, 0);
    return { ...world, id: createBuffer(agentIn(world, 0), 64, 1, 0) };
  },
  agents: {
    creator: (world) => (dropBuffer(agentIn(world, 0), world.id.buffer, 0) ? 'closed' : 'dropped'),
    first: (world) => open(world, 1),
    second: (world) => open(world, 2),
  },
  afterDeath: (world, dead) => bury(world, names.indexOf(dead)),
  after: (world, results) => {
    const at = bufferAt(world.memory, world.id.buffer);
    assert.equal(stateOf(world.memory.words[at + B_STATE] ?? 0), CLOSED, 'The last one out closes.');
    const ends = Object.values(results) as (string | undefined)[];
    if (!ends.includes(undefined)) assert.equal(ends.filter((end) => end === 'closed').length, 1, 'One agent closes.');
  },
  describeWord: describeWordOf(size),
  options: { killAgents: true, preemptions: 1, patches: [oneTicket] },
});
