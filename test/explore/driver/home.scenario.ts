/**
 * Somebody needs a buffer that a device has, and asks for it; the device's agent brings it home from its event loop. Nobody sleeps
 * over a wish that nobody heard, though all tickets of the device's agent are open, and wherever that agent dies, the buffer is at
 * home or lost, and says so. Copies that take their time: carried.scenario.ts.
 */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { codeNumber } from '#fenceline/base/errors.js';
import { B_CONTENTS, B_FRESH, H_QUEUED_INTEREST, H_QUEUED_OVERFLOW, P_OWNER } from '#fenceline/base/layout.js';
import { lockOf, placementOf } from '#fenceline/buffer/buffer.js';
import { addAgent } from '#fenceline/cells/interest.js';
import type { Agent } from '#fenceline/cells/memory.js';
import { addWaiter, nextWaiterOrder } from '#fenceline/cells/pump.js';
import { sleepUntil } from '#fenceline/cells/wait.js';
import { areTicketsOpen, closeTicket, openTicket, type Ticket } from '#fenceline/lock/ticket.js';
import { freeBlock } from '#fenceline/memory/allocator.js';
import { heapAt } from '#fenceline/memory/block-chain.js';
import { clearWanted, isInDevice, isWanted, replaceBlockLocked, sendHome } from '#fenceline/memory/device-heap.js';
import { placeLocked, takeBlockIn } from '#fenceline/memory/placement.js';
import { HEAP_DEVICE, residenceOf } from '#fenceline/memory/residence.js';
import { closeLockSet, openLockSet, openServiceSet, tryLock } from '#fenceline/reservation/lock-set.js';
import { assertAtRest } from '../schedule/accounting.ts';
import { declare, newBuffer, newSpace, type Space, small } from '../schedule/space-world.ts';
import { agentIn } from '../world.ts';

const SHARED = 0;
const OWN = 1;

interface World extends Space {
  /** What the device's agent has open all the time. */
  readonly open: Ticket;
}

function setup(): World {
  const space = newSpace({ seated: 3, more: [{ units: 2, kind: HEAP_DEVICE }] });
  const keeper = agentIn(space, 2);
  space.memory.words[heapAt(space.memory, OWN) + P_OWNER] = 1;
  const { buffer } = newBuffer(keeper);
  assert(placeLocked(keeper, buffer, OWN));
  space.memory.words[space.layout.buffers + B_FRESH] = 0;
  return { ...space, open: openTicket(agentIn(space, 0)) };
}

/** As src/driver/device.ts does: from its event loop, whenever it is rung. */
function serve(agent: Agent): void {
  addWaiter(agent, {
    order: nextWaiterOrder(),
    hint: -1,
    poll: () => isWanted(agent, 0) && residenceOf(agent, 0) === OWN,
    run: () => bringHome(agent),
  });
}

function bringHome(agent: Agent): void {
  const set = areTicketsOpen(agent) ? openServiceSet(agent) : openLockSet(agent);
  assert.notEqual(tryLock(agent, set, lockOf(agent, 0)), 'blocked', 'Nobody else takes the lock here.');
  clearWanted(agent, 0);
  const block = takeBlockIn(agent, 0, SHARED);
  assert(block >= 0);
  freeBlock(agent, replaceBlockLocked(agent, 0, block));
  closeLockSet(agent, set);
}

/** Sleeps until it is where agents address it, or nowhere. */
function need(agent: Agent): void {
  sleepUntil(
    agent,
    () => {
      if (!isInDevice(agent, 0)) return true;
      addAgent(agent.words, H_QUEUED_INTEREST, H_QUEUED_OVERFLOW, agent.index);
      return !sendHome(agent, 0);
    },
    Number.POSITIVE_INFINITY,
  );
}

export default scenario({
  setup,
  agents: {
    device: (space) => {
      serve(agentIn(space, 0));
      return true;
    },
    needer: (space) => {
      need(agentIn(space, 1));
      return true;
    },
  },
  afterDeath: (space, dead) => {
    const undertaker = declare(space, dead === 'device' ? 0 : 1);
    if (dead === 'device') assert(!isInDevice(undertaker, 0), 'Nothing is in the device of the dead.');
  },
  after: (space, { device }) => {
    if (device === true) closeTicket(agentIn(space, 0), space.open);
    assertAtRest(space);
    const { words } = space.memory;
    const contents = words[space.layout.buffers + B_CONTENTS];
    const isHome = placementOf(space.memory, 0) >= 0 && residenceOf(space.memory, 0) === SHARED;
    if (device === true && contents === 0) return;
    assert(isHome ? contents === 0 : contents === codeNumber('EOWNERDEAD'), 'It is at home, or lost and says so.');
  },
  options: { preemptions: 2, patches: small },
});
