/** Buffers in a dump: each is read for itself, and read again if its slot was given to another meanwhile. */
import { dtypes } from '../base/dtype.ts';
import {
  ATTACHMENT_WORDS,
  B_CLIENT,
  B_CONTENTS,
  B_DTYPE,
  B_FRESH,
  B_LAST_USE,
  B_REFS,
  B_REFS_OVERFLOW,
  B_SOURCE,
  B_STATE,
  X_BUFFER,
  X_STATE,
} from '../base/layout.ts';
import { DYNAMIC, flagsOf } from '../buffer/attachments.ts';
import type { BufferId } from '../buffer/buffer.ts';
import { bufferAt, bufferSizeBytes, placementOf } from '../buffer/buffer.ts';
import { exporterOf, exportFlags, FOREIGN, isExported, REVOKED } from '../buffer/exports.ts';
import { priorityOf } from '../buffer-priority.ts';
import { load } from '../cells/cell.ts';
import { popAgent, readAgents } from '../cells/interest.ts';
import type { Memory } from '../cells/memory.ts';
import { CLOSED, CLOSING, FREEING, generationOf, LIVE, ownerOf, stateOf } from '../cells/slot.ts';
import type { Core } from '../core.ts';
import { reasonsKept } from '../kept.ts';
import { accountStats } from '../memory/account.ts';
import { blockHeap, blockStartBytes } from '../memory/allocator.ts';
import { pinnersOf } from '../memory/pins.ts';
import { placeAt, placesMax } from '../memory/residence.ts';
import { knownBuffer } from '../report.ts';
import type { BufferDump, ExportDump, ImporterDump } from './format.ts';

/** Generations in the id of a buffer: as in SharedBuffer. */
const slotSpan = 2 ** 20;
const readsMax = 4;

export function buffersOf(core: Core): BufferDump[] {
  const importers = importersOf(core.agent);
  const found: BufferDump[] = [];
  for (let buffer = 0; buffer < core.agent.layout.limits.buffers; buffer++) {
    const dump = bufferOf(core, buffer, importers);
    if (dump !== undefined) found.push(dump);
  }
  return found;
}

/** The id of the buffer that has the slot. */
export function idOf(memory: Memory, buffer: number): number {
  return buffer + generationOf(load(memory.words, bufferAt(memory, buffer) + B_STATE)) * slotSpan;
}

/** The id that a buffer of this slot and generation has. */
export function idOfGeneration(buffer: number, generation: number): number {
  return buffer + generation * slotSpan;
}

/** Outcomes: undefined if nobody has the slot, or it changes hands all the time. */
function bufferOf(core: Core, buffer: number, importers: Importers): BufferDump | undefined {
  const { agent } = core;
  for (let read = 0; read < readsMax; read++) {
    const word = load(agent.words, bufferAt(agent, buffer) + B_STATE);
    const state = stateOf(word);
    const isClosed = state === CLOSED || state === FREEING;
    if (!isClosed && state !== LIVE && state !== CLOSING) return undefined;
    const generation = generationOf(word);
    const dump = readBuffer(core, { buffer, generation }, isClosed ? 'closed' : 'live', importers);
    if (generationOf(load(agent.words, bufferAt(agent, buffer) + B_STATE)) === generation) return dump;
  }
  return undefined;
}

function readBuffer(core: Core, id: BufferId, state: BufferDump['state'], importers: Importers): BufferDump {
  const { agent } = core;
  const { buffer, generation } = id;
  const at = bufferAt(agent, buffer);
  const word = (index: number): number => load(agent.words, at + index);
  const known = knownBuffer(core, id);
  const block = placementOf(agent, buffer);
  return {
    id: idOfGeneration(buffer, generation),
    label: known?.label ?? null,
    dtype: dtypes[word(B_DTYPE) - 1] ?? null,
    shape: known?.shape ?? null,
    sizeBytes: bufferSizeBytes(agent, buffer),
    state,
    heap: block < 0 ? null : nameOfHeap(core, blockHeap(agent, block)),
    startBytes: block < 0 ? null : blockStartBytes(agent, block),
    heaps: placesOf(core, buffer),
    contents: word(B_CONTENTS) !== 0 ? 'failed' : word(B_FRESH) !== 0 || block < 0 ? 'unwritten' : 'good',
    heldBy: agentsIn(agent, at + B_REFS, at + B_REFS_OVERFLOW),
    pinnedBy: pinnersOf(agent, buffer),
    priority: finite(priorityOf(agent, buffer)),
    client: accountStats(agent, word(B_CLIENT))?.name ?? null,
    lastUse: word(B_LAST_USE) >>> 0,
    source: agentOf(word(B_SOURCE)),
    exported: exportOf(agent, buffer),
    importers: importers.get(buffer) ?? [],
    kept: reasonsKept(core, buffer),
  };
}

/** JSON has no infinity. */
export function finite(priority: number): number {
  return Math.max(-finiteMax, Math.min(finiteMax, priority));
}

/** The largest number that a float32 holds. */
const finiteMax = (2 - 2 ** -23) * 2 ** 127;

/** Ends after as many heaps as a list may name, also if it was torn. */
function placesOf(core: Core, buffer: number): string[] {
  const names: string[] = [];
  for (let rank = 0; rank < placesMax; rank++) {
    const heap = placeAt(core.agent, buffer, rank);
    if (heap < 0) break;
    names.push(nameOfHeap(core, heap));
  }
  return names;
}

export function nameOfHeap(core: Core, heap: number): string {
  return core.heapNames[heap] ?? `heap ${heap}`;
}

function agentsIn(memory: Memory, at: number, overflowAt: number): number[] {
  const set = readAgents(memory.words, at, overflowAt);
  const agents: number[] = [];
  for (let index = popAgent(set); index >= 0; index = popAgent(set)) agents.push(index);
  return agents;
}

function exportOf(memory: Memory, buffer: number): ExportDump | null {
  if (!isExported(memory, buffer)) return null;
  const [exporter, flags] = [exporterOf(memory, buffer), exportFlags(memory, buffer)];
  return {
    agent: exporter < 0 ? null : exporter,
    isForeign: (flags & FOREIGN) !== 0,
    isRevoked: (flags & REVOKED) !== 0,
  };
}

type Importers = ReadonlyMap<number, readonly ImporterDump[]>;

/** By buffer: the table is gone through once. */
function importersOf(memory: Memory): Importers {
  const { words, layout } = memory;
  const found: Map<number, ImporterDump[]> = new Map();
  for (let attachment = 0; attachment < layout.limits.attachments; attachment++) {
    const at = layout.attachments + attachment * ATTACHMENT_WORDS;
    const word = load(words, at + X_STATE);
    if (stateOf(word) !== LIVE) continue;
    const buffer = load(words, at + X_BUFFER) - 1;
    const importer = { agent: ownerOf(word), isDynamic: (flagsOf(memory, attachment) & DYNAMIC) !== 0 };
    found.set(buffer, [...(found.get(buffer) ?? []), importer]);
  }
  return found;
}

function agentOf(word: number): number | null {
  return word === 0 ? null : word - 1;
}
