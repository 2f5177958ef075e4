/** What a repair makes of a heap, for the dead and for an agent that lives; deaths at every step are in test/explore. */
import { describe, expect, test } from 'vitest';
import { B_PLACEMENT, B_ROOM, BUFFER_WORDS, H_FREED, HEAP_WORDS, P_LOCK } from '#fenceline/base/layout.js';
import type { Agent } from '#fenceline/cells/memory.js';
import { AGENT_DEAD } from '#fenceline/cells/memory.js';
import {
  allocateBlock,
  commitBlock,
  createHeap,
  freeBlock,
  keepBlock,
  retireBlock,
} from '#fenceline/memory/allocator.js';
import { repairHeaps } from '#fenceline/memory/block-repair.js';
import { usedBytes } from '#fenceline/memory/heap-stats.js';
import { checkAtRest, piecesOf } from './check-heap.ts';
import { agentOf, memoryOf, setSeat, spaceParts } from './small-space.ts';

const unit = 64;

function twoAgents(): { dead: Agent; live: Agent } {
  const memory = memoryOf(spaceParts());
  createHeap(memory, 0, 64 * unit, 64 * unit);
  return { dead: agentOf(memory, 1), live: agentOf(memory, 0) };
}

const take = (agent: Agent, units: number, buffer: number) => allocateBlock(agent, 0, units * unit, unit, buffer);

const place = (agent: Agent, buffer: number, block: number) => {
  agent.words[agent.layout.buffers + buffer * BUFFER_WORDS + B_PLACEMENT] = block + 1;
};

const stateOf = (agent: Agent, block: number) => piecesOf(agent, 0).find((piece) => piece.block === block)?.state;

describe('after a death', () => {
  test('a block that no placement names is free, and one that its placement names is live', () => {
    const { dead, live } = twoAgents();
    const [lost, kept, ours] = [take(dead, 3, 1), take(dead, 4, 2), take(live, 5, 3)];
    place(dead, 2, kept);
    setSeat(live, 1, AGENT_DEAD);
    repairHeaps(live, 1);
    expect([stateOf(live, kept), stateOf(live, ours)]).toEqual([2, 1]);
    expect(stateOf(live, lost)).toBe(4);
    expect(usedBytes(live, 0)).toBe(9 * unit);
    expect(live.words[H_FREED]).toBe(1);
    checkAtRest(live);
  });

  test('a retired block goes back to the buffer that still names it, and is free otherwise', () => {
    const { dead, live } = twoAgents();
    const [a, b] = [take(dead, 3, 1), take(dead, 4, 2)];
    place(dead, 1, a);
    place(dead, 2, b);
    commitBlock(dead, a);
    commitBlock(dead, b);
    retireBlock(dead, a);
    retireBlock(dead, b);
    place(dead, 2, -1);
    setSeat(live, 1, AGENT_DEAD);
    repairHeaps(live, 1);
    expect([stateOf(live, a), stateOf(live, b)]).toEqual([2, 4]);
    checkAtRest(live);
  });

  test('a block that its buffer names as the room of a job stays with it', () => {
    const { dead, live } = twoAgents();
    const room = take(dead, 3, 1);
    live.words[live.layout.buffers + BUFFER_WORDS + B_ROOM] = room + 1;
    setSeat(live, 1, AGENT_DEAD);
    repairHeaps(live, 1);
    expect(stateOf(live, room)).toBe(2);
    checkAtRest(live);
  });

  test('a placement that names the block of another buffer does not keep it', () => {
    const { dead, live } = twoAgents();
    const lost = take(dead, 3, 1);
    place(dead, 2, lost);
    setSeat(live, 1, AGENT_DEAD);
    repairHeaps(live, 1);
    expect(stateOf(live, lost)).toBe(4);
  });

  test('the lock of the dead is taken over by whoever comes, before any repair', () => {
    const { dead, live } = twoAgents();
    dead.words[dead.layout.heaps + P_LOCK] = dead.index + 1;
    setSeat(live, 1, AGENT_DEAD);
    const block = take(live, 3, 1);
    expect(live.words[live.layout.heaps + P_LOCK]).toBe(0);
    freeBlock(live, block);
    repairHeaps(live, 1);
    checkAtRest(live);
  });

  test('a lock named by an earlier incarnation of a seat is taken over', () => {
    const { dead, live } = twoAgents();
    dead.words[dead.layout.heaps + P_LOCK] = (dead.index + 1) | (5 << 6);
    expect(take(live, 3, 1)).toBeGreaterThanOrEqual(0);
  });

  test('a repair may be run again, and finds nothing to do', () => {
    const { dead, live } = twoAgents();
    take(dead, 3, 1);
    setSeat(live, 1, AGENT_DEAD);
    repairHeaps(live, 1);
    repairHeaps(live, 1);
    expect(live.words[H_FREED]).toBe(1);
    checkAtRest(live);
  });

  test('heaps are repaired one by one, each with what the dead left there', () => {
    const { dead, live } = twoAgents();
    createHeap(live, 1, 32 * unit, 32 * unit);
    take(dead, 3, 1);
    allocateBlock(dead, 1, 7 * unit, unit, 2);
    dead.words[dead.layout.heaps + HEAP_WORDS + P_LOCK] = dead.index + 1;
    setSeat(live, 1, AGENT_DEAD);
    repairHeaps(live, 1);
    expect([usedBytes(live, 0), usedBytes(live, 1)]).toEqual([0, 0]);
    checkAtRest(live);
  });
});

/** The agent's words, but the store number `storesLeft` throws, as a stack that overflows or a timeout of vm does. */
function failingAfter(agent: Agent, storesLeft: number): Agent {
  // Int32Array is what Atomics wants, so the failure is put into the cursor map: it is touched inside the section.
  const cursors = new Map(agent.cursors);
  let left = storesLeft;
  cursors.get = () => {
    if (left-- === 0) throw new RangeError('Maximum call stack size exceeded');
    return 0;
  };
  return { ...agent, cursors };
}

describe('after a throw inside a section of an agent that lives', () => {
  test('a block that somebody still copies from is kept, and given back once; a death gives it back', () => {
    const { dead, live } = twoAgents();
    const copied = [take(live, 3, 1), take(dead, 4, 2)] as const;
    for (const [index, agent] of [live, dead].entries()) {
      const block = copied[index] ?? -1;
      place(agent, index + 1, block);
      commitBlock(agent, block);
      keepBlock(agent, block);
      place(agent, index + 1, -1);
    }
    repairHeaps(live, 0);
    expect(stateOf(live, copied[0])).toBe(1);
    freeBlock(live, copied[0]);
    expect(usedBytes(live, 0)).toBe(4 * unit);
    setSeat(live, 1, AGENT_DEAD);
    repairHeaps(live, 1);
    expect(usedBytes(live, 0)).toBe(0);
    checkAtRest(live);
  });

  test('a repair for itself frees the heap, keeps what it was handed, and loses no descriptor', () => {
    const { live } = twoAgents();
    const held = take(live, 3, 1);
    const retired = take(live, 3, 2);
    place(live, 2, retired);
    commitBlock(live, retired);
    retireBlock(live, retired);
    expect(() => allocateBlock(failingAfter(live, 1), 0, 4 * unit, 16 * unit, 3)).toThrow(RangeError);
    expect(live.words[live.layout.heaps + P_LOCK]).not.toBe(0);
    repairHeaps(live, live.index);
    expect([stateOf(live, held), stateOf(live, retired)]).toEqual([1, 2]);
    checkAtRest(live);
  });

  test('its own next call takes the heap over again', () => {
    const { live } = twoAgents();
    expect(() => allocateBlock(failingAfter(live, 0), 0, 4 * unit, unit, 3)).toThrow(RangeError);
    const block = take(live, 3, 1);
    expect(block).toBeGreaterThanOrEqual(0);
    freeBlock(live, block);
    checkAtRest(live);
  });
});
