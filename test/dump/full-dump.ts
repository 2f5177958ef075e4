/** An example with everything in it that a dump may hold: two of each kind of reason, wait and event. */
import type { BufferDump, HeapDump, MemoryDump } from 'fenceline/dump';

const KiB = 1024;

const system: HeapDump = {
  ...{ name: 'system', kind: 'memory', capacityBytes: 64 * KiB, budgetBytes: 32 * KiB, usedBytes: 12 * KiB },
  ...{ peakBytes: 20 * KiB, largestFreeBytes: 48 * KiB, fragmentation: 0.08, isWhole: true },
  blocks: [
    { startBytes: 0, sizeBytes: 4 * KiB, state: 'used', buffer: 0, agent: null },
    { startBytes: 4 * KiB, sizeBytes: 4 * KiB, state: 'free', buffer: null, agent: null },
    { startBytes: 8 * KiB, sizeBytes: 4 * KiB, state: 'used', buffer: 1, agent: null },
    { startBytes: 12 * KiB, sizeBytes: 4 * KiB, state: 'taken', buffer: 2, agent: 1 },
    { startBytes: 16 * KiB, sizeBytes: 48 * KiB, state: 'free', buffer: null, agent: null },
  ],
  counts: { placed: 5, moved: 1, evicted: 2, swappedIn: 1, freed: 1, published: 1 },
};

const swap: HeapDump = {
  ...{ name: 'swap', kind: 'swap', capacityBytes: 64 * KiB, budgetBytes: 64 * KiB, usedBytes: 4 * KiB },
  ...{ peakBytes: 4 * KiB, largestFreeBytes: 60 * KiB, fragmentation: 0, isWhole: false },
  blocks: [
    { startBytes: 0, sizeBytes: 4 * KiB, state: 'used', buffer: 3, agent: null },
    { startBytes: 4 * KiB, sizeBytes: 60 * KiB, state: 'free', buffer: null, agent: null },
  ],
  counts: { placed: 0, moved: 0, evicted: 0, swappedIn: 0, freed: 0, published: 0 },
};

const photo: BufferDump = {
  ...{ id: 0, label: 'photo', dtype: 'u8', shape: [32, 32, 4], sizeBytes: 4 * KiB, state: 'live', heap: 'system' },
  ...{ startBytes: 0, heaps: ['system', 'swap'], contents: 'good', heldBy: [0, 1], pinnedBy: [1], priority: 2 },
  ...{ client: 'renderer', lastUse: 4, source: 0 },
  exported: { agent: 1, isForeign: false, isRevoked: true },
  importers: [{ agent: 0, isDynamic: true }],
  kept: [
    { by: 'pin', agent: 1 },
    { by: 'lock', agent: 0, ticket: 3 },
    { by: 'fence', usage: 'write', timeline: 'blur', seqno: 7, owed: 'It runs on agent 1.' },
  ],
};

export const fullDump: MemoryDump = {
  ...{ format: 'fenceline memory dump', version: 1, takenAtMs: 1_700_000_000_000, ageMs: 250.5, space: 42 },
  ...{ isShared: true, agent: 0, submitted: 6 },
  heaps: [system, swap],
  buffers: [
    photo,
    {
      ...photo,
      id: 1,
      label: 'idle',
      pinnedBy: [],
      kept: [],
      startBytes: 8 * KiB,
      source: null,
      exported: null,
      importers: [],
    },
    {
      ...{ ...photo, id: 2, label: null, dtype: null, shape: null, client: null, heap: null, startBytes: null },
      ...{ contents: 'unwritten', state: 'closed', heldBy: [], pinnedBy: [], kept: [] },
    },
    { ...photo, id: 3, label: 'swapped out', heap: 'swap', contents: 'failed', pinnedBy: [], kept: [] },
  ],
  clients: [
    { name: 'renderer', budgetBytes: 16 * KiB, usedBytes: 8 * KiB, peakBytes: 12 * KiB, priority: 2 },
    { name: 'guest', budgetBytes: null, usedBytes: 0, peakBytes: 0, priority: -1 },
  ],
  agents: [
    { agent: 0, state: 'live', isQuitting: false, parent: null },
    { agent: 1, state: 'stopped', isQuitting: true, parent: 0 },
  ],
  jobs: [
    {
      ...{ job: 0, seqno: 7, label: 'blur', phase: 'running', submitter: 0, runners: [1], waitsFor: [] },
      uses: [{ buffer: 0, access: 'write' }],
    },
    {
      ...{ job: 1, seqno: 1, label: 'local', phase: 'queued', submitter: 1, runners: [], uses: [] },
      waitsFor: [
        { for: 'memory', heap: 'system', bytes: 4 * KiB },
        { for: 'lock', buffer: 0, agent: 0 },
        { for: 'room', buffer: 1 },
        { for: 'turn' },
        { for: 'fence', timeline: 'upload', seqno: 2, owed: '' },
        { for: 'worker' },
      ],
    },
  ],
  transactions: [
    { agent: 0, ticket: 3, label: 'swap', openMs: 12.5, attempt: 2, holds: [0], locks: 1, waitsFor: 1 },
    { agent: 1, ticket: 16, label: null, openMs: null, attempt: null, holds: [], locks: 0, waitsFor: null },
  ],
  history: {
    lost: 3,
    events: [
      event(10, 'placed', 0, 'system', 0, null),
      event(20, 'placed', 3, 'system', 4 * KiB, null),
      event(30, 'evicted', 3, 'swap', 0, 'system'),
      event(35, 'evicted', 4, null, 0, 'system'),
      event(40, 'moved', 1, 'system', 8 * KiB, 'swap'),
      event(50, 'swapped in', 3, 'system', 4 * KiB, 'swap'),
      event(60, 'published', 0, 'system', 12 * KiB, 'system'),
      event(70, 'freed', 2, 'system', 4 * KiB, null),
    ],
  },
};

function event(
  atMs: number,
  what: NonNullable<MemoryDump['history']>['events'][number]['what'],
  buffer: number,
  heap: string | null,
  startBytes: number,
  from: string | null,
): NonNullable<MemoryDump['history']>['events'][number] {
  return {
    atMs,
    agent: 0,
    what,
    buffer,
    label: buffer === 4 ? null : `b${buffer}`,
    sizeBytes: 4 * KiB,
    heap,
    startBytes,
    from,
  };
}
