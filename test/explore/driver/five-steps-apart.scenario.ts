/**
 * The five steps once more (five-steps.scenario.ts), with nothing shared but memory: so the search knows which orders lead to the same,
 * and is complete with a preemption. What was mapped before is looked at under the lock: a mapping that is not stale names the
 * memory that the buffer is in.
 */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { B_FRESH, BUFFER_WORDS } from '#fenceline/base/layout.js';
import { createAttachment, DYNAMIC } from '#fenceline/buffer/attachments.js';
import { lockOf, placementOf } from '#fenceline/buffer/buffer.js';
import { epochOf, exportAs } from '#fenceline/buffer/exports.js';
import type { Agent } from '#fenceline/cells/memory.js';
import { sleepUntil } from '#fenceline/cells/wait.js';
import type { Acquisition } from '#fenceline/lock/ww-lock.js';
import { moveLocked } from '#fenceline/memory/move.js';
import { placeLocked } from '#fenceline/memory/placement.js';
import { residenceOf } from '#fenceline/memory/residence.js';
import { closeLockSet, type LockSet, lockStep, openLockSet, releaseAll } from '#fenceline/reservation/lock-set.js';
import { assertAtRest } from '../schedule/accounting.ts';
import { newBuffer, newSpace, type Space, small } from '../schedule/space-world.ts';
import { agentIn } from '../world.ts';
import { OWN, placeOf, SHARED, victimIn } from './devices.ts';

const devices = 3;

interface World extends Space {
  /** What is mapped of each buffer: the epoch, and the block. */
  readonly mapped: readonly { readonly epoch: number; readonly block: number }[];
}

/** Buffer n holds n x 100; the first is in the device's memory, which has room for one. Each is mapped by two devices. */
function setup(): World {
  const space = newSpace({ seated: devices + 1, buffers: devices, attachments: 6, more: [{ units: 1, kind: 0 }] });
  const owner = agentIn(space, devices);
  for (let index = 0; index < devices; index++) {
    const { buffer } = newBuffer(owner);
    exportAs(owner, buffer, 0);
    assert(placeLocked(owner, buffer, index === 0 ? OWN : SHARED));
    space.memory.words[space.layout.buffers + buffer * BUFFER_WORDS + B_FRESH] = 0;
    const { memory, at } = placeOf(space, placementOf(owner, buffer));
    memory[at] = buffer * 100;
  }
  const mapped: { readonly epoch: number; readonly block: number }[] = [];
  for (let buffer = 0; buffer < devices; buffer++) {
    mapped.push({ epoch: epochOf(owner, buffer), block: placementOf(owner, buffer) });
  }
  for (let device = 0; device < devices; device++) {
    const agent = agentIn(space, device);
    for (const buffer of [device, next(device)]) createAttachment(agent, { buffer, generation: 0 }, DYNAMIC);
  }
  return { ...space, mapped };
}

function next(device: number): number {
  return (device + 1) % devices;
}

/** Maps both of its buffers in one transaction, others moved out for them, and works on them. Outcomes: how many runs it took. */
function run(world: World, device: number): number {
  const agent = agentIn(world, device);
  const set = openLockSet(agent);
  const done: number[] = [];
  for (let runs = 1; ; runs++) {
    const contended = set.contended;
    set.contended = 0;
    if (contended !== 0) assert.notEqual(acquire(agent, set, contended), 'die');
    // What was done by then is not done again: its lock was held.
    if (mapAndWork(world, agent, set, done)) {
      closeLockSet(agent, set);
      return runs;
    }
    releaseAll(agent, set);
  }
}

/** Outcomes: false if the ticket must die. */
function mapAndWork(world: World, agent: Agent, set: LockSet, done: number[]): boolean {
  for (const buffer of [agent.index, next(agent.index)]) {
    if (done.includes(buffer)) continue;
    if (acquire(agent, set, lockOf(agent, buffer)) === 'die') return false;
    const { epoch, block } = world.mapped[buffer] ?? { epoch: -1, block: -1 };
    const isFresh = epochOf(agent, buffer) === epoch;
    assert(!isFresh || placementOf(agent, buffer) === block, 'What is not stale is where the buffer is.');
    if (!bringIn(agent, set, buffer)) return false;
    const { memory, at } = placeOf(world, placementOf(agent, buffer));
    memory[at] = (memory[at] ?? 0) + 1;
    done.push(buffer);
  }
  return true;
}

/** Outcomes: false if the ticket must die. */
function bringIn(agent: Agent, set: LockSet, buffer: number): boolean {
  while (residenceOf(agent, buffer) !== OWN && moveLocked(agent, buffer, OWN) !== 'moved') {
    const victim = victimIn(agent, buffer);
    if (victim < 0) continue;
    if (acquire(agent, set, lockOf(agent, victim)) === 'die') return false;
    if (residenceOf(agent, victim) === OWN) assert.equal(moveLocked(agent, victim, SHARED), 'moved');
  }
  return true;
}

function acquire(agent: Agent, set: LockSet, lockAt: number): Acquisition {
  const found = { outcome: lockStep(agent, set, lockAt) };
  if (found.outcome !== 'blocked') return found.outcome;
  const step = (): boolean => {
    found.outcome = lockStep(agent, set, lockAt);
    return found.outcome !== 'blocked';
  };
  sleepUntil(agent, step, Number.POSITIVE_INFINITY);
  return found.outcome;
}

export default scenario({
  setup,
  agents: {
    gpu: (world) => run(world, 0) > 0,
    vpu: (world) => run(world, 1) > 0,
    npu: (world) => run(world, 2) > 0,
  },
  after: (space) => {
    assertAtRest(space);
    for (let buffer = 0; buffer < devices; buffer++) {
      const { memory, at } = placeOf(space, placementOf(space.memory, buffer));
      assert.equal(memory[at], buffer * 100 + 2, `Buffer ${buffer} holds what was done to it.`);
    }
  },
  options: { preemptions: 1, patches: small },
});
