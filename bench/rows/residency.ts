/**
 * Buffers that may move: placing one that is where it is wanted, against taking and giving back its lock alone; and moving
 * 1 MiB out of memory and back, against copying it twice.
 */
import { bufferAt, createBuffer, lockOf, placementOf } from '#fenceline/buffer/buffer.js';
import { load } from '#fenceline/cells/cell.js';
import type { Agent } from '#fenceline/cells/memory.js';
import { createCore } from '#fenceline/core.js';
import type { Ticket } from '#fenceline/lock/ticket.js';
import { openTicket } from '#fenceline/lock/ticket.js';
import { acquireStep, releaseLock } from '#fenceline/lock/ww-lock.js';
import { moveLocked } from '#fenceline/memory/move.js';
import { freshen } from '#fenceline/memory/placement.js';
import { isUsableIn, swapHeapOf } from '#fenceline/memory/residence.js';
import { openLockSet } from '#fenceline/reservation/lock-set.js';
import { TransactionPlaces } from '#fenceline/transaction-places.js';
import { costRow, interleave, timed } from '../rounds.ts';
import type { Row, Scale } from '../row.ts';

const parameters = {
  smoke: { rounds: 5, warmups: 1, operations: 10_000, moves: 2 },
  full: { rounds: 101, warmups: 10, operations: 100_000, moves: 8 },
};
const movedBytes = 2 ** 20;

export default async function rows(scale: Scale): Promise<readonly Row[]> {
  return [...(await placing(scale)), ...(await moving(scale))];
}

async function placing(scale: Scale): Promise<readonly Row[]> {
  const { rounds, warmups, operations } = parameters[scale];
  const core = createCore({ budgetBytes: movedBytes, patienceMs: 1000, heaps: [], limits: {} });
  const { agent } = core;
  const { buffer } = createBuffer(agent, 64, 1, 0);
  moveLocked(agent, buffer, 0);
  const set = openLockSet(agent);
  const places = new TransactionPlaces(core, set);
  const ticket = openTicket(agent);
  const measured = await interleave(
    [
      { name: 'ours', run: () => timed(operations, () => placeOurs(agent, places, ticket, buffer, operations)) },
      { name: 'lock', run: () => timed(operations, () => lockAlone(agent, ticket, buffer, operations)) },
    ],
    rounds,
    warmups,
  );
  const what = 'placing a resident buffer, under its lock';
  const note = allocationNote(() => placeOurs(agent, places, ticket, buffer, operations), operations);
  return [costRow(measured, 'ours', 'lock', { what, against: 'ww lock + unlock', goal: { atMost: 3 }, note })];
}

/** What is left on the JavaScript heap by warm code, where it can be cleaned before: less than a byte a time is nothing. */
function allocationNote(work: () => unknown, operations: number): string {
  const { gc } = globalThis as { gc?: () => void };
  let bytes = Number.POSITIVE_INFINITY;
  // The least of many: the engine allocates for itself now and then.
  for (let attempt = 0; attempt < 20; attempt++) {
    gc?.();
    const before = process.memoryUsage().heapUsed;
    work();
    bytes = Math.min(bytes, Math.max(0, process.memoryUsage().heapUsed - before) / operations);
  }
  return bytes < 1 ? 'It allocates nothing.' : `It allocates ${bytes.toFixed(0)} bytes each time.`;
}

function placeOurs(agent: Agent, places: TransactionPlaces, ticket: Ticket, buffer: number, count: number): number {
  const lockAt = lockOf(agent, buffer);
  const wanted = [0];
  let placed = 0;
  for (let i = 0; i < count; i++) {
    acquireStep(agent, lockAt, ticket);
    if (places.isPlaced(buffer, wanted) && isUsableIn(agent, buffer, -1)) placed++;
    releaseLock(agent, lockAt, ticket);
  }
  return placed;
}

function lockAlone(agent: Agent, ticket: Ticket, buffer: number, count: number): number {
  const lockAt = lockOf(agent, buffer);
  let taken = 0;
  for (let i = 0; i < count; i++) {
    if (acquireStep(agent, lockAt, ticket) === 'acquired') taken++;
    releaseLock(agent, lockAt, ticket);
  }
  return taken;
}

async function moving(scale: Scale): Promise<readonly Row[]> {
  const { rounds, warmups, moves } = parameters[scale];
  const swap = { sizeBytes: movedBytes * 4 };
  const { agent } = createCore({ budgetBytes: movedBytes * 4, patienceMs: 1000, heaps: [], limits: {}, swap });
  const { buffer } = createBuffer(agent, movedBytes, 1, 0);
  moveLocked(agent, buffer, 0);
  freshen(agent, buffer);
  const out = swapHeapOf(agent);
  const [from, to] = [
    new Uint8Array(new SharedArrayBuffer(movedBytes)),
    new Uint8Array(new SharedArrayBuffer(movedBytes)),
  ];
  const measured = await interleave(
    [
      { name: 'ours', run: () => timed(moves, () => moveOurs(agent, buffer, out, moves)) },
      { name: 'copies', run: () => timed(moves, () => copyTwice(from, to, moves)) },
    ],
    rounds,
    warmups,
  );
  const what = 'swapping out 1 MiB and back, in memory';
  return [
    costRow(measured, 'ours', 'copies', { what, against: 'two copies by TypedArray.set', goal: { atMost: 1.2 } }),
  ];
}

function moveOurs(agent: Agent, buffer: number, out: number, count: number): number {
  let moved = 0;
  for (let i = 0; i < count; i++) {
    if (moveLocked(agent, buffer, out) === 'moved' && moveLocked(agent, buffer, 0) === 'moved') moved++;
  }
  return placementOf(agent, buffer) >= 0 && load(agent.words, bufferAt(agent, buffer)) !== 0 ? moved : -1;
}

function copyTwice(from: Uint8Array, to: Uint8Array, count: number): number {
  let copied = 0;
  for (let i = 0; i < count; i++) {
    to.set(from);
    from.set(to);
    copied++;
  }
  return copied;
}
