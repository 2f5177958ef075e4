/**
 * What scenarios of exported buffers share: devices with a mapping of some buffers each, and the five steps of seed 001.
 *
 * Heap 0 is memory that all share, heap 1 a device's own, with little room. An importer maps a buffer; its exporter finds
 * that the device's memory is the better place and moves it there, and others out of it, whose importers are told: one of
 * these is the importer that began. Reads plainly where it checks, so that a check is one step.
 */
import assert from 'node:assert/strict';
import {
  B_EPOCH,
  B_FRESH,
  B_PLACEMENT,
  BLOCK_WORDS,
  BUFFER_WORDS,
  K_HEAP,
  K_START,
  X_STATE,
} from '#fenceline/base/layout.js';
import { createAttachment, DYNAMIC } from '#fenceline/buffer/attachments.js';
import { lockOf, placementOf } from '#fenceline/buffer/buffer.js';
import { epochOf, exportAs, exportHint } from '#fenceline/buffer/exports.js';
import type { Agent } from '#fenceline/cells/memory.js';
import { addWaiter, nextWaiterOrder } from '#fenceline/cells/pump.js';
import { FREE, stateOf } from '#fenceline/cells/slot.js';
import { clearSuspect } from '#fenceline/lock/ww-lock.js';
import { moveLocked } from '#fenceline/memory/move.js';
import { placeLocked } from '#fenceline/memory/placement.js';
import { residenceOf } from '#fenceline/memory/residence.js';
import { closeLockSet, type LockSet, openLockSet, releaseAll } from '#fenceline/reservation/lock-set.js';
import { newBuffer, newSpace, type Space, unit } from '../schedule/space-world.ts';
import { acquireSync } from '../schedule/transactions.ts';
import { agentIn } from '../world.ts';

export const SHARED = 0;
export const OWN = 1;

/** What a device has mapped of a buffer. */
export interface Link {
  readonly device: number;
  readonly buffer: number;
  /** What the mapping remembers, and the block that it names; -1: nothing is mapped. */
  epoch: number;
  block: number;
  /** It was told that its mapping is stale, and has not mapped since. */
  isTold: boolean;
}

export interface Devices extends Space {
  readonly links: Link[];
  /** How often each buffer was worked on, by those who have finished. */
  readonly worked: number[];
}

export interface Layout {
  readonly devices: number;
  readonly buffers: number;
  /** Buffers that fit the device's memory; the first ones are there. */
  readonly room: number;
  /** Device and buffer: mapped from the start. */
  readonly mapped: readonly (readonly [device: number, buffer: number])[];
}

/** Buffer n holds n x 100. The agent behind the devices exports all of them. */
export function newDevices({ devices, buffers, room, mapped }: Layout): Devices {
  const space = newSpace({
    seated: devices + 1,
    buffers,
    attachments: mapped.length,
    more: [{ units: room, kind: 0 }],
  });
  const world: Devices = { ...space, links: [], worked: [] };
  const owner = agentIn(world, devices);
  for (let index = 0; index < buffers; index++) {
    const { buffer } = newBuffer(owner);
    exportAs(owner, buffer, 0);
    assert(placeLocked(owner, buffer, index < room ? OWN : SHARED));
    world.memory.words[world.layout.buffers + buffer * BUFFER_WORDS + B_FRESH] = 0;
    const { memory, at } = placeOf(world, placementOf(owner, buffer));
    memory[at] = buffer * 100;
    world.worked.push(0);
  }
  for (const [device, buffer] of mapped) link(world, device, buffer);
  for (let device = 0; device < devices; device++) {
    agentIn(world, device).onInvalidate = (buffer) => tell(world, device, buffer);
  }
  return world;
}

function link(world: Devices, device: number, buffer: number): void {
  const agent = agentIn(world, device);
  createAttachment(agent, { buffer, generation: 0 }, DYNAMIC);
  const epoch = epochOf(agent, buffer);
  world.links.push({ device, buffer, epoch, block: placementOf(agent, buffer), isTold: false });
}

/** Calls the importers of this device. Neither locks nor waits. */
function tell({ links }: Devices, device: number, buffer: number): void {
  for (const one of links) if (one.device === device && one.buffer === buffer) one.isTold = true;
}

/** From here on a device hears of what others move. */
export function listen(world: Devices, device: number): void {
  const agent = agentIn(world, device);
  for (const one of world.links) {
    if (one.device !== device) continue;
    addWaiter(agent, {
      order: nextWaiterOrder(),
      hint: exportHint(one.buffer),
      poll: () => one.epoch !== epochOf(agent, one.buffer),
      run: () => {
        one.isTold = true;
      },
    });
  }
}

/**
 * The five steps, for one buffer after the other in one transaction: brought in, others moved out, mapped, worked on. Outcomes:
 * how many runs it took.
 */
export function mapAndWork(world: Devices, agent: Agent, ...buffers: readonly number[]): number {
  const set = openLockSet(agent);
  for (let runs = 1; ; runs++) {
    const contended = set.contended;
    set.contended = 0;
    if (contended !== 0) assert.notEqual(acquireSync(world, agent, set, contended), 'die');
    if (workOnAll(world, agent, set, buffers)) {
      closeLockSet(agent, set);
      return runs;
    }
    releaseAll(agent, set);
  }
}

/** Outcomes: false if the ticket must die; what was done by then is done again. */
function workOnAll(world: Devices, agent: Agent, set: LockSet, buffers: readonly number[]): boolean {
  for (const buffer of buffers) {
    if (!bringIn(world, agent, set, buffer)) return false;
    work(world, agent, buffer);
  }
  return true;
}

/** Outcomes: false if the ticket must die. */
function bringIn(world: Devices, agent: Agent, set: LockSet, buffer: number): boolean {
  if (!take(world, agent, set, buffer)) return false;
  while (residenceOf(agent, buffer) !== OWN && moveLocked(agent, buffer, OWN) !== 'moved') {
    const victim = victimIn(agent, buffer);
    // Nobody: whoever was there has been moved out since the attempt.
    if (victim < 0) continue;
    if (!take(world, agent, set, victim)) return false;
    if (residenceOf(agent, victim) === OWN) assert.equal(moveLocked(agent, victim, SHARED), 'moved');
  }
  return true;
}

function take(world: Devices, agent: Agent, set: LockSet, buffer: number): boolean {
  if (acquireSync(world, agent, set, lockOf(agent, buffer)) === 'die') return false;
  const noted = set.suspects.indexOf(lockOf(agent, buffer));
  if (noted >= 0) {
    set.suspects.splice(noted, 1);
    clearSuspect(agent, lockOf(agent, buffer));
  }
  return true;
}

export function victimIn(agent: Agent, except: number): number {
  for (let buffer = 0; buffer < agent.layout.limits.buffers; buffer++) {
    if (buffer !== except && placementOf(agent, buffer) >= 0 && residenceOf(agent, buffer) === OWN) return buffer;
  }
  return -1;
}

/** Maps it and works on it, under the lock. */
function work(world: Devices, agent: Agent, buffer: number): void {
  const block = placementOf(agent, buffer);
  const epoch = epochOf(agent, buffer);
  for (const one of world.links) {
    if (one.device !== agent.index || one.buffer !== buffer) continue;
    one.epoch = epoch;
    one.block = block;
    one.isTold = false;
  }
  const { memory, at } = placeOf(world, block);
  // Plainly: two that work on it at once would be a race.
  memory[at] = (memory[at] ?? 0) + 1;
  world.worked[buffer] = (world.worked[buffer] ?? 0) + 1;
}

/** Where the first word of a block is. */
export function placeOf(
  { memory: { words }, layout, memories }: Space,
  block: number,
): { memory: Int32Array; at: number } {
  assert(block >= 0, 'The buffer has memory.');
  const at = layout.blocks + block * BLOCK_WORDS;
  const memory = memories[words[at + K_HEAP] ?? -1];
  assert(memory, 'The block is of a heap.');
  return { memory, at: ((words[at + K_START] ?? 0) * unit) / 4 };
}

/** At every instant: a mapping that is not stale names the memory of its buffer. */
export function assertFreshOnes({ links, memory: { words }, layout }: Devices): void {
  for (const { device, buffer, epoch, block } of links) {
    const at = layout.buffers + buffer * BUFFER_WORDS;
    if ((words[at + B_EPOCH] ?? 0) !== epoch || (words[at + B_PLACEMENT] ?? 0) - 1 === block) continue;
    assert.fail(`Device ${device} has a mapping of buffer ${buffer} that is not stale, and the buffer is elsewhere.`);
  }
}

/** At the end: who lives was told of each move; each buffer holds what was done to it; the dead are attached to nothing. */
export function assertEnded(world: Devices, dead: number | undefined): void {
  const { links, worked, layout, memory } = world;
  links.forEach(({ device, buffer, epoch, isTold }, index) => {
    const state = stateOf(memory.words[layout.attachments + index * 4 + X_STATE] ?? 0);
    assert.equal(state === FREE, device === dead, `The attachment of device ${device} is there while it lives.`);
    const isStale = (memory.words[layout.buffers + buffer * BUFFER_WORDS + B_EPOCH] ?? 0) !== epoch;
    if (device !== dead) assert(isTold || !isStale, `Device ${device} was told that buffer ${buffer} moved.`);
  });
  worked.forEach((count, buffer) => {
    const block = (memory.words[layout.buffers + buffer * BUFFER_WORDS + B_PLACEMENT] ?? 0) - 1;
    const { memory: bytes, at } = placeOf(world, block);
    assert.equal(bytes[at], buffer * 100 + count, `Buffer ${buffer} holds what was done to it.`);
  });
}
