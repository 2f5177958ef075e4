/**
 * A device's agent begins to bring a buffer in, copies, begins to bring it home, and copies again; meanwhile its allocator was
 * unwound by a throw, and put right. Somebody else takes memory and writes there, and then reads the buffer when its last copy
 * is over. Nobody writes where a copy still reads; and wherever the device's agent dies, what was on its way is lost and says so
 * before anybody can look.
 */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { codeNumber } from '#fenceline/base/errors.js';
import { B_CONTENTS, B_FRESH, K_START, P_OWNER } from '#fenceline/base/layout.js';
import { lockOf, placementOf, reservationOf } from '#fenceline/buffer/buffer.js';
import { load } from '#fenceline/cells/cell.js';
import type { Agent } from '#fenceline/cells/memory.js';
import type { Point } from '#fenceline/fence/points.js';
import { createTimeline, issue, signal, type TimelineWriter } from '#fenceline/fence/timeline.js';
import { waitPoints } from '#fenceline/fence/wait.js';
import { freeBlock } from '#fenceline/memory/allocator.js';
import { blockAt, heapAt } from '#fenceline/memory/block-chain.js';
import { repairHeaps } from '#fenceline/memory/block-repair.js';
import { replaceBlockLocked } from '#fenceline/memory/device-heap.js';
import { placeLocked, takeBlockIn } from '#fenceline/memory/placement.js';
import { HEAP_DEVICE, residenceOf } from '#fenceline/memory/residence.js';
import { addForeignLocked } from '#fenceline/reservation/foreign-points.js';
import { closeLockSet, openLockSet, tryLock } from '#fenceline/reservation/lock-set.js';
import { USAGE_MOVE } from '#fenceline/reservation/reservation.js';
import { assertAtRest } from '../schedule/accounting.ts';
import { declare, newBuffer, newSpace, type Space, small, unit } from '../schedule/space-world.ts';
import { agentIn } from '../world.ts';

const SHARED = 0;
const OWN = 1;
const contents = 41;

interface World extends Space {
  readonly writer: TimelineWriter;
  /** Of the copy in, and of the copy home. */
  readonly copies: readonly [Point, Point];
}

function setup(): World {
  const space = newSpace({ seated: 3, budget: 2, buffers: 2, more: [{ units: 1, kind: HEAP_DEVICE }] });
  const [device, keeper] = [agentIn(space, 0), agentIn(space, 2)];
  space.memory.words[heapAt(space.memory, OWN) + P_OWNER] = 1;
  const { buffer } = newBuffer(keeper);
  newBuffer(keeper);
  assert(placeLocked(keeper, buffer, SHARED));
  space.memory.words[space.layout.buffers + B_FRESH] = 0;
  put(space, SHARED, placementOf(space.memory, buffer), contents);
  const writer = createTimeline(device);
  const { timeline, generation } = writer;
  const next = (): Point => ({ timeline, generation, seqno: issue(device, writer) });
  return { ...space, writer, copies: [next(), next()] };
}

/** First word of a block of that heap. */
function wordOf(space: Space, heap: number, block: number): { words: Int32Array; at: number } {
  const words = space.memories[heap];
  assert(words);
  return { words, at: ((space.memory.words[blockAt(space.memory, block) + K_START] ?? 0) * unit) / 4 };
}

function put(space: Space, heap: number, block: number, value: number): void {
  const { words, at } = wordOf(space, heap, block);
  words[at] = value;
}

function valueIn(space: Space, heap: number, block: number): number {
  const { words, at } = wordOf(space, heap, block);
  return words[at] ?? 0;
}

/** As src/driver/device-memory.ts does. Outcomes: the block that it leaves. */
function begin(agent: Agent, copy: Point, heap: number): number {
  const set = openLockSet(agent);
  assert.notEqual(tryLock(agent, set, lockOf(agent, 0)), 'blocked', 'Nobody else takes the lock here.');
  const block = takeBlockIn(agent, 0, heap);
  assert(block >= 0);
  assert(addForeignLocked(agent, reservationOf(agent, 0), [copy], USAGE_MOVE));
  const old = replaceBlockLocked(agent, 0, block);
  // What it leaves in the device is given on at once: whoever copies there comes after.
  if (heap === SHARED) freeBlock(agent, old);
  closeLockSet(agent, set);
  return old;
}

function carry(world: World): boolean {
  const agent = agentIn(world, 0);
  const [inside, home] = world.copies;
  const old = begin(agent, inside, OWN);
  repairHeaps(agent, agent.index);
  put(world, OWN, placementOf(agent, 0), valueIn(world, SHARED, old));
  signal(agent, world.writer, inside.seqno);
  // It may come home to the same place.
  put(world, SHARED, old, 9);
  freeBlock(agent, old);
  const left = begin(agent, home, SHARED);
  put(world, SHARED, placementOf(agent, 0), valueIn(world, OWN, left));
  signal(agent, world.writer, home.seqno);
  return true;
}

/** Outcomes: what it read, or why it did not. */
function takeAndRead(world: World): number {
  const agent = agentIn(world, 1);
  const block = takeBlockIn(agent, 1, SHARED);
  if (block >= 0) {
    put(world, SHARED, block, 7);
    freeBlock(agent, block);
  }
  waitPoints(agent, [world.copies[1]], Number.POSITIVE_INFINITY);
  const failed = load(agent.words, agent.layout.buffers + B_CONTENTS);
  if (failed !== 0) return failed;
  assert.equal(residenceOf(agent, 0), SHARED, 'What is good is where it can be read.');
  return valueIn(world, SHARED, placementOf(agent, 0));
}

export default scenario({
  setup,
  agents: { device: carry, reader: takeAndRead },
  afterDeath: (world, dead) => void declare(world, dead === 'device' ? 0 : 1),
  after: (world, { device, reader }) => {
    assertAtRest(world);
    if (reader === undefined) return;
    if (device === true) assert.equal(reader, contents);
    else assert(reader === contents || reader === codeNumber('EOWNERDEAD'), 'It is whole, or lost and says so.');
  },
  options: { preemptions: 2, patches: small },
});
