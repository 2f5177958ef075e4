/**
 * A space in which threads are stopped, one after the other: this thread and a bystander live, and must be the only ones
 * that hold anything afterwards. It is used again as long as accounting is exact, so what a kill leaves would be seen.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { type Limits, Space } from 'fenceline';
import { syncObject, timeline, wwLock } from 'fenceline/sync';
import { expect } from 'vitest';
import { ATTACHMENT_WORDS, O_STATE, POOL_WORDS, SYNC_WORDS, USER_LOCK_WORDS } from '#fenceline/base/layout.js';
import { poolsPerSpace } from '#fenceline/base/limits.js';
import { findStopped } from '#fenceline/cells/agent.js';
import { FREE, stateOf } from '#fenceline/cells/slot.js';
import { coreOf } from '#fenceline/space.js';
import { expectAgents, expectAtRest } from '../space/accounting.ts';

export interface Stage {
  readonly space: Space;
  readonly bystander: Worker;
}

const built = new URL('../../build/test/kills/', import.meta.url);

/** Small tables: repairs go through all of them, and a lost slot is soon missed. */
const limits: Limits = {
  agents: 6,
  timelines: 6,
  jobs: 16,
  buffers: 12,
  blocks: 64,
  chunks: 16,
  syncObjects: 4,
  locks: 4,
  heaps: 2,
  traceEvents: 0,
  lockClasses: 0,
  attachments: 4,
  clients: 2,
};
const budgetBytes = 2 ** 16;

export async function openStage(): Promise<Stage> {
  const space = Space.create({ budgetBytes, limits });
  const bystander = new Worker(new URL('bystander.agent.js', built), { workerData: space.handle });
  await once(bystander, 'online');
  return { space, bystander };
}

export function startThread(file: string, workerData: unknown): Worker {
  return new Worker(new URL(file, built), { workerData });
}

/** Nothing is held by anybody, and nobody else is there. */
export async function expectEmpty({ space }: Stage): Promise<void> {
  // Whoever waits looks by himself; when nobody waits any more, this is the next look.
  findStopped(coreOf(space).agent);
  await expectAgents(space, 2);
  await expectAtRest(space);
  const { words, layout } = coreOf(space).agent;
  const syncObjects = Array.from(
    { length: limits.syncObjects },
    (_, at) => words[layout.syncObjects + at * SYNC_WORDS],
  );
  const locks = Array.from({ length: limits.locks }, (_, at) => words[layout.locks + at * USER_LOCK_WORDS]);
  expect(locks.filter((word) => stateOf(word ?? 0) !== FREE)).toEqual([]);
  const links = Array.from(
    { length: limits.attachments },
    (_, at) => words[layout.attachments + at * ATTACHMENT_WORDS],
  );
  expect(links.filter((word) => stateOf(word ?? 0) !== FREE)).toEqual([]);
  const pools = Array.from({ length: poolsPerSpace }, (_, at) => words[layout.pools + at * POOL_WORDS + O_STATE]);
  expect(syncObjects.filter((word) => stateOf(word ?? 0) !== FREE)).toEqual([]);
  expect(pools.filter((word) => word !== 0)).toEqual([]);
}

/** Every table can be filled to its limit, and memory to the last byte: no slot was lost, and none counts twice. */
export async function expectAllSlots({ space }: Stage): Promise<void> {
  const buffers = fill(() => space.buffer('u8', [1]));
  expect(buffers.length).toBe(limits.buffers);
  for (const buffer of buffers) buffer.dispose();
  const lines = fill(() => timeline(space, 'line'));
  expect(lines.length).toBe(limits.timelines);
  for (const line of lines) line.dispose();
  const flags = fill(() => syncObject(space, 'flag'));
  expect(flags.length).toBe(limits.syncObjects);
  for (const flag of flags) flag.dispose();
  const locks = fill(() => wwLock(space, 'lock'));
  expect(locks.length).toBe(limits.locks);
  for (const lock of locks) lock.dispose();
  const clients = fill(() => space.client('library'));
  expect(clients.length).toBe(limits.clients);
  await Promise.all(clients.map((client) => client.close()));
  let finish = (): void => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const promises = fill(() => space.fence(finished));
  expect(promises.length).toBe(limits.jobs);
  finish();
  await Promise.all(promises.map((fence) => fence.wait()));
  using all = space.buffer('u8', [budgetBytes]);
  await all.set(new Uint8Array(budgetBytes), { timeoutMs: 5000 });
}

export async function closeStage({ space, bystander }: Stage): Promise<void> {
  await bystander.terminate();
  await space.close();
}

/** As many as there is room for. */
function fill<T>(make: () => T): T[] {
  const made: T[] = [];
  for (let round = 0; round < 1000; round++) {
    try {
      made.push(make());
    } catch (error) {
      expect(error).toMatchObject({ code: 'ENOSPC' });
      return made;
    }
  }
  return made;
}
