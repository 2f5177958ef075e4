/**
 * What the public shells of one thread share: the agent, the heaps, and this thread's own counts of what it holds.
 *
 * Not here: the classes that users see (space.ts, shared-buffer.ts, fence.ts, ...).
 */

import { dropAdded } from './added-points.ts';
import { fail } from './base/errors.ts';
import type { Layout } from './base/layout.ts';
import {
  H_DEBUG,
  H_LIMITS,
  H_MAGIC,
  H_STAMP,
  H_VERSION,
  HEADER_WORDS,
  layoutOf,
  layoutVersion,
  limitNames,
  magic,
  TL_STATE,
} from './base/layout.ts';
import type { Limits } from './base/limits.ts';
import { completeLimits } from './base/limits.ts';
import type { BufferId } from './buffer/buffer.ts';
import { dropBuffer, holdBuffer, isBufferLive } from './buffer/buffer.ts';
import { Callbacks } from './callbacks.ts';
import type { Seat } from './cells/agent.ts';
import { findStopped, leave, reserveSeat, takeSeat } from './cells/agent.ts';
import { putOutBeacon } from './cells/beacon.ts';
import { showBeacon, watchBeacons } from './cells/beacon-watch.ts';
import { removeBlockFile } from './cells/block-file.ts';
import { canSleep, load, store } from './cells/cell.ts';
import { sharedNow, timeOrigin } from './cells/clock.ts';
import type { Finding } from './cells/lock-record.ts';
import type { Agent, Memory } from './cells/memory.ts';
import { isLive } from './cells/memory.ts';
import { createPump, drainPump } from './cells/pump.ts';
import { randomId } from './cells/random.ts';
import { LIVE, nobody, slotWord } from './cells/slot.ts';
import { openTracer } from './cells/trace-ring.ts';
import { timelineAt } from './fence/timeline.ts';
import { type LockOrder, openRecord, primeOrder, primeValidator } from './lock/validator.ts';
import { createHeap } from './memory/allocator.ts';
import { createChooser } from './memory/chooser.ts';
import type { HeapMemory } from './memory/heap.ts';
import { createFileHeap, createHeapMemory, payloadOf } from './memory/heap.ts';
import { releaseWhenIdle } from './memory/release.ts';
import { HEAP_SWAP } from './memory/residence.ts';
import { placeOfCaller } from './place.ts';
import { repairs } from './repairs.ts';
import { jobsAhead } from './schedule/jobs-ahead.ts';

/** The memory of a space, as it is posted to threads that join. */
export interface SpaceData {
  readonly kind: 'fenceline.space';
  readonly id: number;
  readonly version: number;
  readonly control: SharedArrayBuffer | ArrayBuffer;
  readonly heaps: readonly HeapMemory[];
  readonly patienceMs: number;
  /** When it was made, on the clock of `sharedNow`. */
  readonly createdAt: number;
}

/** One thread's end of a space. */
export interface Core {
  readonly agent: Agent;
  readonly data: SpaceData;
  readonly heapNames: readonly string[];
  /** Whether this thread may block: not where the platform forbids it, nor while others may wait for hooks of it (contract C16). */
  readonly canBlock: boolean;
  /** Things of this thread whose hooks others may wait for. */
  hooks: number;
  /** How often this thread holds each buffer, by slot; at 0 its bit in the slot is dropped. */
  readonly holds: Map<number, number>;
  /** The same for timelines and sync objects, by table and slot. */
  readonly syncHolds: Map<string, number>;
  isClosed: boolean;
  /** How often this thread pins each buffer, by slot; at 0 its bit in the slot is dropped. */
  readonly pins: Map<number, number>;
  /** Who hears what the lock validator finds. */
  readonly onFinding: { tell: ((finding: Finding) => void) | undefined };
  /** Waits under way: told when this thread leaves, for nothing can wake them after that. */
  readonly onLeave: Callbacks;
}

export interface CoreOptions {
  readonly budgetBytes: number;
  readonly patienceMs: number;
  readonly limits: Partial<Limits>;
  /** Of the lock validator: whether it only learns, and the order that it takes as documented. */
  readonly observesLocks?: boolean;
  readonly lockOrder?: LockOrder;
  readonly heaps: readonly { name: string; sizeBytes: number; memory?: WebAssembly.Memory }[];
  readonly swap?: SwapOptions | undefined;
  /** DEBUG_EVICT, DEBUG_POISON. */
  readonly debug?: number;
}

/** Where contents go that no job needs, when memory is short. */
export interface SwapOptions {
  /** How much may be swapped out at once. */
  sizeBytes: number;
  /** Path of a file to be made for it, where the runtime has files; else it is memory beyond the budget. */
  file?: string;
}

/** What the heap of swapped contents is called. */
export const swapName = 'swap';

/** Memory beyond the budget that a heap may address: room for fragments, and for a budget that is raised later. */
const headroom = 4;
const capacityLeast = 64 * 2 ** 20;

/** Spaces this thread is in, by id: joining twice gives the same end. */
const joined: Map<number, Core> = new Map();

/** Creates the memory of a space and joins it as its first agent. Outcomes: the core, or EINVAL. */
export function createCore(options: CoreOptions): Core {
  const limits = completeLimits(options.limits);
  const layout = layoutOf(limits);
  const isShared = typeof SharedArrayBuffer !== 'undefined';
  const bytes = layout.totalWords * 4;
  const control = isShared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);
  const memory = memoryOver(control, layout, isShared);
  store(memory.words, H_VERSION, layoutVersion);
  store(memory.words, H_DEBUG, options.debug ?? 0);
  limitNames.forEach((name, index) => {
    memory.words[H_LIMITS + index] = limits[name];
  });
  for (let lane = limits.timelines; lane < layout.stubTimeline; lane++) {
    store(memory.words, timelineAt(memory, lane) + TL_STATE, slotWord(LIVE, nobody, 0));
  }
  const heaps = createHeaps(memory, options, isShared);
  primeValidator(memory, options.observesLocks);
  checkOrder(memory, options.lockOrder ?? []);
  store(memory.words, H_MAGIC, magic);
  const data: SpaceData = {
    kind: 'fenceline.space',
    id: randomId(),
    version: layoutVersion,
    control,
    heaps,
    patienceMs: options.patienceMs,
    createdAt: sharedNow(),
  };
  return enter(memory, data, undefined);
}

/** Joins a space from its posted memory. Outcomes: this thread's end of it; EINVAL, or ENOSPC (agents). */
export function joinCore(data: SpaceData, seat?: Seat): Core {
  if (data === null || typeof data !== 'object') refuseHandle('is not one of a space');
  const known = joined.get(data.id);
  if (known !== undefined) return known;
  checkSpaceData(data);
  const words = new Int32Array(data.control);
  const limits = Object.fromEntries(limitNames.map((name, index) => [name, words[H_LIMITS + index] ?? 0]));
  const layout = layoutOf(completeLimits(limits as Partial<Limits>));
  if (layout.totalWords !== words.length) refuseHandle(`is ${words.length} words long, not ${layout.totalWords}`);
  return enter(memoryOver(data.control, layout, !(data.control instanceof ArrayBuffer)), data, seat);
}

/** Whether this thread is in the space of that number. */
export function isJoined(id: number): boolean {
  return joined.has(id);
}

/** This thread leaves the space: what it still holds is dropped, and its timelines close. */
export function leaveCore(core: Core): void {
  if (core.isClosed) return;
  core.isClosed = true;
  joined.delete(core.data.id);
  leave(core.agent);
  drainPump(core.agent);
  leaveFiles(core);
  const { index, incarnation } = core.agent;
  putOutBeacon({ space: core.data.id, index, incarnation });
  core.onLeave.runAll();
}

/** One more reference of this thread to a buffer it holds or opens. Outcomes: false if the buffer is gone. */
export function retainBuffer(core: Core, id: BufferId): boolean {
  const count = core.holds.get(id.buffer) ?? 0;
  // What this thread holds lives, but it may be another buffer, in the slot of one that is gone.
  if (count === 0 ? !holdBuffer(core.agent, id) : !isBufferLive(core.agent, id)) return false;
  core.holds.set(id.buffer, count + 1);
  return true;
}

/** One reference less; with the last of the last thread, the memory goes back after the last fence. */
export function releaseBuffer(core: Core, buffer: number): void {
  const count = core.holds.get(buffer) ?? 0;
  if (count > 1) {
    core.holds.set(buffer, count - 1);
    return;
  }
  if (count === 0 || core.isClosed) return;
  core.holds.delete(buffer);
  if (dropBuffer(core.agent, buffer, core.agent.index)) releaseWhenIdle(core.agent, buffer);
  dropAdded(core, buffer);
}

function createHeaps(memory: Memory, options: CoreOptions, isShared: boolean): HeapMemory[] {
  const { budgetBytes } = options;
  const capacityBytes = Math.max(budgetBytes * headroom, capacityLeast);
  const heaps = [createHeapMemory({ name: 'system', capacityBytes, isShared })];
  createHeap(memory, 0, capacityBytes, budgetBytes);
  for (const { name, sizeBytes, memory: wasm } of options.heaps) {
    createHeap(memory, heaps.length, sizeBytes, sizeBytes);
    const base = { name, capacityBytes: sizeBytes, isShared };
    heaps.push(createHeapMemory(wasm === undefined ? base : { ...base, wasm }));
  }
  if (options.swap !== undefined) heaps.push(createSwap(memory, heaps.length, options.swap, budgetBytes, isShared));
  return heaps;
}

/** Buffers change places with what is swapped out also when all is full: for a moment both are there (memory/evict.ts). */
function createSwap(
  memory: Memory,
  heap: number,
  { sizeBytes, file }: SwapOptions,
  budgetBytes: number,
  isShared: boolean,
): HeapMemory {
  const capacityBytes = sizeBytes + budgetBytes * 2;
  createHeap(memory, heap, capacityBytes, sizeBytes, HEAP_SWAP);
  if (file !== undefined) return createFileHeap(swapName, capacityBytes, file, isShared);
  return createHeapMemory({ name: swapName, capacityBytes, isShared });
}

/** The last one out removes the files; each closes its own. */
function leaveFiles({ agent, data }: Core): void {
  let others = 0;
  for (let index = 0; index < agent.layout.limits.agents; index++) if (isLive(agent, index)) others++;
  for (const { file } of agent.payloads) file?.close();
  if (others > 0) return;
  for (const { file } of data.heaps) if (file !== undefined) removeBlockFile(file);
}

function memoryOver(control: SharedArrayBuffer | ArrayBuffer, layout: Layout, isShared: boolean): Memory {
  return {
    words: new Int32Array(control),
    stamps: new BigInt64Array(control, H_STAMP * 4, 1),
    wide: new BigInt64Array(control),
    bytes: new Uint8Array(control),
    layout,
    isShared,
  };
}

function enter(memory: Memory, data: SpaceData, seat: Seat | undefined): Core {
  const place = seat ?? reserveSeat(memory, nobody);
  if (place === undefined) {
    const value = memory.layout.limits.agents;
    fail('ENOSPC', `All places for agents (${value}) of the space are taken.`, { limit: 'agents', value });
  }
  if (!takeSeat(memory, place)) refuseHandle('names a place that was given up');
  const traceOrigin = data.createdAt - timeOrigin();
  const agent: Agent = {
    ...memory,
    index: place.index,
    incarnation: place.incarnation,
    pump: createPump(lookForStopped(data.id)),
    repairs,
    cursors: new Map(),
    payloads: data.heaps.map(payloadOf),
    traceOrigin,
    validator: openRecord(memory, placeOfCaller, (finding) => tellFinding(data.id, finding)),
    tracer: openTracer(memory, place.index, place.incarnation, traceOrigin),
    batch: undefined,
    chooser: createChooser(jobsAhead),
  };
  showBeacon(agent, data.id);
  const mayBlock = memory.isShared && canSleep(memory.words);
  const core: Core = {
    agent,
    data,
    heapNames: data.heaps.map((heap) => heap.name),
    get canBlock() {
      return mayBlock && this.hooks === 0;
    },
    pins: new Map(),
    hooks: 0,
    holds: new Map(),
    syncHolds: new Map(),
    isClosed: false,
    onFinding: { tell: undefined },
    onLeave: new Callbacks(),
  };
  joined.set(data.id, core);
  return core;
}

function checkOrder(memory: Memory, order: LockOrder): void {
  const wrong = memory.layout.limits.lockClasses === 0 ? undefined : primeOrder(memory, order);
  if (wrong === undefined) return;
  const why =
    wrong.length > 1 ? `has a cycle: ${wrong.join(' -> ')}` : `has no room for '${wrong[0]}': raise limits.lockClasses`;
  fail('EINVAL', `The table lockOrder ${why}.`, { argument: 'lockOrder' });
}

function tellFinding(space: number, finding: Finding): void {
  joined.get(space)?.onFinding.tell?.(finding);
}

function lookForStopped(space: number): (agent: Agent) => void {
  const watched: Set<string> = new Set();
  return (agent) => {
    findStopped(agent);
    watchBeacons(agent, space, watched);
  };
}

function checkSpaceData(data: SpaceData): void {
  if (data.kind !== 'fenceline.space') refuseHandle('is not one of a space');
  const { control } = data;
  const isMemory =
    control instanceof ArrayBuffer ||
    (typeof SharedArrayBuffer !== 'undefined' && control instanceof SharedArrayBuffer);
  if (!isMemory || control.byteLength < HEADER_WORDS * 4) refuseHandle('has no memory');
  if (!Array.isArray(data.heaps) || data.heaps.length === 0) refuseHandle('has no heaps');
  const words = new Int32Array(control);
  if (load(words, H_MAGIC) !== magic) refuseHandle('does not begin with the mark of a space');
  const version = load(words, H_VERSION);
  if (version !== layoutVersion) {
    refuseHandle(`has layout version ${version}, and this copy of the library has ${layoutVersion}`);
  }
}

function refuseHandle(why: string): never {
  fail('EINVAL', `The handle of a space ${why}.`, { argument: 'handle' });
}
