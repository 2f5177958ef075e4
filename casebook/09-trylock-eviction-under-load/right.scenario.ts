/** Over Fenceline's own locks: eviction waits for the locks that it meets, under the ticket of whoever needs the room. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { acquireSync } from '#fenceline/lock/lock-wait.js';
import { openTicket, type Ticket } from '#fenceline/lock/ticket.js';
import { releaseLock } from '#fenceline/lock/ww-lock.js';
import { agentIn, describeWordOf, lockAt, newWorld, onlyTicket, type World } from '../../test/explore/world.ts';

const size = { seated: 2, buffers: 2 };

interface Device extends World {
  readonly tickets: readonly [Ticket, Ticket];
  /** Of each buffer; there are two in all. Guarded by the buffer's lock. */
  readonly pages: Int32Array;
}

/** Draws with both pages. What eviction has locked stays locked until the end, so nobody takes the room back meanwhile. */
function draw(device: Device, own: 0 | 1): boolean {
  const other = own === 0 ? 1 : 0;
  let [first, second]: [number, number] = [own, other];
  // Refused: an older one has the second. Begin again with that; with nothing held, waiting never fails.
  while (!lockBoth(device, own, first, second)) [first, second] = [second, first];
  device.pages[other] = 0;
  device.pages[own] = 2;
  unlock(device, own, other);
  unlock(device, own, own);
  return true;
}

/** False: nothing is held. */
function lockBoth(device: Device, client: 0 | 1, first: number, second: number): boolean {
  assert.notEqual(lock(device, client, first), 'die');
  if (lock(device, client, second) !== 'die') return true;
  unlock(device, client, first);
  return false;
}

function lock(device: Device, client: 0 | 1, buffer: number): string {
  const endless = Number.POSITIVE_INFINITY;
  return acquireSync(agentIn(device, client), lockAt(device, buffer), device.tickets[client], endless);
}

function unlock(device: Device, client: 0 | 1, buffer: number): void {
  releaseLock(agentIn(device, client), lockAt(device, buffer), device.tickets[client]);
}

export default scenario({
  setup: (): Device => {
    const world = newWorld(size);
    const pages = new Int32Array(new SharedArrayBuffer(8)).fill(1);
    return { ...world, tickets: [openTicket(agentIn(world, 0)), openTicket(agentIn(world, 1))], pages };
  },
  agents: { older: (device) => draw(device, 0), younger: (device) => draw(device, 1) },
  after: ({ pages }) => assert.equal((pages[0] ?? 0) + (pages[1] ?? 0), 2, 'There are two pages, as before.'),
  outcomes: [{ older: true, younger: true }],
  describeWord: describeWordOf(size),
  options: { preemptions: 3, patches: onlyTicket },
});
