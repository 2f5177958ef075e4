/**
 * Four threads whose buffers together are three times the memory there is: nobody is told that there is none, no byte is
 * wrong, and at the end nothing is left. FENCELINE_RESIDENCY_SECONDS says how long each run takes (8 by default).
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { type SharedBuffer, Space, type SpaceOptions } from 'fenceline';
import { expect, test } from 'vitest';
import { accountStats } from '#fenceline/memory/account.js';
import { clientTokenOf, coreOf } from '#fenceline/space.js';
import { checkAtRest } from '../memory/check-heap.ts';
import { expectAtRest } from '../space/accounting.ts';
import type { ResidencyOutcome, ResidencyTask } from './residency.agent.ts';

const program = new URL('../../build/test/all/residency.agent.js', import.meta.url);
const seconds = Number(process.env.FENCELINE_RESIDENCY_SECONDS ?? 8);
const MiB = 2 ** 20;
const budgetBytes = MiB;
const agents = 4;

/** `areClients`: each thread has a client of its own, whose budget is a quarter of the memory, a third of what it works on. */
async function run(
  debug: SpaceOptions['debug'],
  file: string | undefined,
  areClients: boolean,
): Promise<readonly ResidencyOutcome[]> {
  const swap = { sizeBytes: 8 * MiB, ...(file === undefined ? {} : { file }) };
  const space = Space.create({ budgetBytes, swap, limits: { buffers: 512, blocks: 2048 }, ...(debug && { debug }) });
  const shared = Array.from({ length: 6 }, (_, at) => space.buffer('u32', [4096], { label: `shared ${at}` }));
  for (const buffer of shared) await buffer.set(new Uint32Array(4096).fill(1000));
  const seed = Date.now() % 100_000;
  console.log(`seed ${seed}, ${seconds} s`);
  const handles = shared.map(({ handle }) => handle) as unknown as ResidencyTask['shared'];
  const outcomes = await Promise.all(
    Array.from({ length: agents }, async (_, at) => {
      const ownBytes = (3 * budgetBytes) / agents;
      const priority = at % 2;
      const client = areClients
        ? space.client(`thread ${at}`, { budgetBytes: budgetBytes / agents, priority })
        : undefined;
      const task: ResidencyTask = {
        space: (client ?? space).handle,
        shared: handles,
        seed: seed + at,
        seconds,
        ownBytes,
        contends: debug?.contend === 'always',
      };
      const worker = new Worker(program, { workerData: task });
      const [outcome] = (await once(worker, 'message')) as [ResidencyOutcome];
      await worker.terminate();
      if (client !== undefined) await checkAccount(client);
      await client?.close();
      return outcome;
    }),
  );
  let sum = 0;
  for (const buffer of shared) {
    const words = await (buffer as SharedBuffer<'u32'>).get();
    sum = (sum + (words[0] ?? 0)) >>> 0;
    expect(words.subarray(1).every((word) => word === 1000)).toBe(true);
    buffer.dispose();
  }
  expect(sum).toBe(6000);
  await expectAtRest(space);
  checkAtRest(coreOf(space).agent);
  await space.close();
  return outcomes;
}

/** Nothing is charged to it any more, and it never had more than it may have. */
async function checkAccount(client: Space): Promise<void> {
  const { agent } = coreOf(client);
  const token = clientTokenOf(client);
  for (let look = 0; look < 1000 && accountStats(agent, token)?.usedBytes !== 0; look++) await sleep(5);
  expect(accountStats(agent, token)).toMatchObject({ usedBytes: 0 });
  expect(accountStats(agent, token)?.peakBytes).toBeLessThanOrEqual(budgetBytes / agents);
}

const folder = mkdtempSync(join(tmpdir(), 'fenceline-residency-'));

test.each([
  ['memory', undefined, undefined, false],
  [
    'memory, evicted whenever anything is needed, freed memory poisoned',
    { evict: 'always', poison: true },
    undefined,
    false,
  ],
  ['memory, always contended', { contend: 'always' }, undefined, false],
  ['memory, contended and evicted always', { contend: 'always', evict: 'always' }, undefined, false],
  ['a file', undefined, join(folder, 'swap'), false],
  ['memory, each a client', undefined, undefined, true],
  ['memory, each a client, contended and evicted always', { contend: 'always', evict: 'always' }, undefined, true],
] as const)(
  'three times the budget on four threads, swapped to %s',
  async (_, debug, file, areClients) => {
    const outcomes = await run(debug, file, areClients);
    console.log(outcomes.map(({ operations, retriesMax }) => `${operations} (${retriesMax} retries)`).join(', '));
    expect(outcomes.flatMap(({ errors }) => errors)).toEqual([]);
    expect(outcomes.map(({ wrongWords }) => wrongWords)).toEqual([0, 0, 0, 0]);
    for (const { operations, retriesMax } of outcomes) {
      expect(operations).toBeGreaterThan(10);
      expect(retriesMax).toBeLessThan(1000);
    }
    if (file !== undefined) rmSync(folder, { recursive: true });
  },
  seconds * 1000 + 60_000,
);
