/**
 * Finding room in a device's memory: who leaves for whom, and what is put together.
 *
 * Others go one by one until there is a block. Where there is room enough, but in pieces, whoever stands between two of them
 * goes first; if only buffers that the transaction itself uses are left, they leave and come back behind the new one.
 * Not here: how a buffer comes and goes (device-memory.ts).
 */
import { fail } from '../base/errors.ts';
import type { BufferId } from '../buffer/buffer.ts';
import { bufferSizeBytes, lockOf } from '../buffer/buffer.ts';
import { now } from '../cells/clock.ts';
import { TRACE_EVICTED } from '../cells/trace.ts';
import type { Core } from '../core.ts';
import { hasBudget, undoBlock } from '../memory/allocator.ts';
import { leaversOf, whoGoesFirst } from '../memory/first-to-go.ts';
import { isPinned } from '../memory/pins.ts';
import { takeBlockIn } from '../memory/placement.ts';
import { residenceOf } from '../memory/residence.ts';
import { separators } from '../memory/separators.ts';
import { unitsOf } from '../memory/size-class.ts';
import { pinnedBuffers } from '../report.ts';
import { releaseSince } from '../reservation/lock-set.ts';
import type { BufferParts } from '../shared-buffer.ts';
import type { AsyncTransaction } from '../transaction-async.ts';
import { whenTrue } from '../waiting.ts';
import type { DeviceMemory } from './device-memory.ts';

/** One request. */
interface Asking {
  readonly core: Core;
  readonly memory: DeviceMemory;
  readonly tx: AsyncTransaction;
  readonly buffer: number;
  readonly sizeBytes: number;
}

/**
 * A block for a buffer that is not in the device. Context: the transaction has its lock.
 * Outcomes: the block, this agent's; ENOMEM when nobody can go, and nobody frees any for too long; ETIME, or a retry.
 */
export async function roomFor(
  core: Core,
  memory: DeviceMemory,
  tx: AsyncTransaction,
  parts: BufferParts,
): Promise<number> {
  const { buffer } = parts;
  const asking = { core, memory, tx, buffer, sizeBytes: bufferSizeBytes(core.agent, buffer) };
  const { patienceMs } = core.data;
  let block = take(asking);
  let until = now() + patienceMs;
  while (block < 0) {
    const victim = victimFor(asking);
    if (victim !== undefined) {
      if (await moveOut(asking, victim)) until = now() + patienceMs;
      block = take(asking);
      continue;
    }
    block = isInPieces(asking) ? await putTogether(asking) : block;
    if (block >= 0) break;
    const look = (): boolean => {
      tx.listenForRoom();
      block = take(asking);
      // What is on its way in can go once it is there; what was pinned, once it is not.
      return block >= 0 || victimFor(asking) !== undefined;
    };
    await whenTrue(core, look, tx.signal, Math.min(tx.deadline, until));
    checkWith(asking, block);
    if (block < 0 && now() >= tx.deadline) tx.refuseTime();
    if (block < 0 && victimFor(asking) === undefined) refuseMemory(asking, parts.label);
  }
  return block;
}

function take({ core, memory, buffer }: Asking): number {
  return takeBlockIn(core.agent, buffer, memory.index);
}

/** The transaction may be over by now: then nobody needs the block. */
function checkWith({ core, tx }: Asking, block: number): void {
  try {
    tx.check();
  } catch (error) {
    if (block >= 0 && !core.isClosed) undoBlock(core.agent, block);
    throw error;
  }
}

/** Whether there is room enough, but not in one piece. Context: no block was found. */
function isInPieces({ core, memory, sizeBytes }: Asking): boolean {
  return hasBudget(core.agent, memory.index, sizeBytes);
}

/**
 * Who goes next: where that makes one piece of two, the smallest; else of the lowest priority, the one that was used least
 * lately; never one that the transaction uses.
 */
function victimFor(asking: Asking): BufferId | undefined {
  const { agent } = asking.core;
  const others = residentsOf(asking, false);
  const between = isInPieces(asking) ? betweenPieces(asking, others)[0] : undefined;
  if (between !== undefined) return between;
  const [first] = leaversOf(
    agent,
    others.map(({ buffer }) => buffer),
  ).sort(whoGoesFirst);
  return others.find(({ buffer }) => buffer === first?.buffer);
}

/** Buffers in the device that nobody pins, and that the transaction uses, or does not. */
function residentsOf({ core, memory, tx }: Asking, isUsed: boolean): BufferId[] {
  const { agent } = core;
  const isMeant = ({ buffer }: BufferId): boolean =>
    residenceOf(agent, buffer) === memory.index && !isPinned(agent, buffer) && tx.places.isUsed(buffer) === isUsed;
  return [...memory.residents.values()].filter(isMeant);
}

/** Those of them that stand between pieces which with theirs would be enough, the smallest first. */
function betweenPieces({ core, memory, sizeBytes }: Asking, of: readonly BufferId[]): BufferId[] {
  const found = separators(core.agent, memory.index, unitsOf(sizeBytes));
  return found.flatMap((buffer) => of.filter((id) => id.buffer === buffer));
}

/** Moves one out of the way, with its lock. Outcomes: false if it was not there any more, or is pinned by now. */
async function moveOut({ core, memory, tx }: Asking, id: BufferId): Promise<boolean> {
  const isTaken = await tx.lockVictim(id);
  const isOut = await memory.home(tx, id, TRACE_EVICTED);
  // Its move is committed: others may use it. One that contended stays ours to the end.
  const { held } = tx.set;
  const isLast = held.at(-1) === lockOf(core.agent, id.buffer);
  if (isTaken && isLast) releaseSince(core.agent, tx.set, held.length - 1);
  return isOut;
}

/**
 * Moves buffers that the transaction itself uses out until there is one piece, and in again behind that, the largest first.
 * Outcomes: the block; -1 if what is pinned is in the way: they are in the device all the same.
 */
async function putTogether(asking: Asking): Promise<number> {
  const { core, memory, tx } = asking;
  const { agent } = core;
  const used = residentsOf(asking, true);
  const left: BufferId[] = [];
  let block = -1;
  for (const id of new Set([...betweenPieces(asking, used), ...used])) {
    if (!(await memory.home(tx, id))) continue;
    left.push(id);
    block = take(asking);
    if (block >= 0) break;
  }
  left.sort((a, b) => bufferSizeBytes(agent, b.buffer) - bufferSizeBytes(agent, a.buffer));
  for (const id of left) {
    if (await memory.comeBack(tx, id)) continue;
    // There is none for all of them: it goes without.
    if (block >= 0) undoBlock(agent, block);
    block = -1;
    await memory.comeBack(tx, id);
  }
  return block;
}

function refuseMemory({ core, memory, sizeBytes: askedBytes }: Asking, label: string): never {
  const sentence = `There is no room in device '${memory.name}' for '${label}' (${askedBytes} bytes): what is there is pinned, or used by this transaction.`;
  fail('ENOMEM', sentence, { askedBytes, heap: memory.name, pinned: pinnedBuffers(core) });
}
