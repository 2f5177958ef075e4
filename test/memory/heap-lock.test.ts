/** The lock of a heap against holders that stopped, as only real threads and seats can show it. */
import { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { A_PROOF, A_STARTED, A_THREAD, AGENT_WORDS, P_LOCK } from '#fenceline/base/layout.js';
import { PROOF_LINUX_THREAD } from '#fenceline/cells/proof.js';
import { allocateBlock, createHeap } from '#fenceline/memory/allocator.js';
import { agentOf, memoryOf, spaceParts } from './small-space.ts';

function heldBy(index: number) {
  const memory = memoryOf(spaceParts());
  createHeap(memory, 0, 4096, 4096);
  const agent = agentOf(memory, 0);
  agentOf(memory, index);
  memory.words[memory.layout.heaps + P_LOCK] = index + 1;
  return { agent, seat: memory.layout.agents + index * AGENT_WORDS };
}

describe('a holder of the lock', () => {
  // The proof of stop by thread is Linux's; elsewhere the creator of the thread declares it.
  test.skipIf(process.platform !== 'linux')('whose thread is gone is replaced, though nobody declared it dead', () => {
    const { agent, seat } = heldBy(1);
    agent.words[seat + A_PROOF] = PROOF_LINUX_THREAD;
    agent.words[seat + A_THREAD] = 2 ** 22 + 1; // above the largest thread number of Linux
    agent.words[seat + A_STARTED] = 1;
    expect(allocateBlock(agent, 0, 64, 64, 0)).toBeGreaterThanOrEqual(0);
  });

  test('that lives is waited for, also for long', async () => {
    const { agent } = heldBy(1);
    const release = `
      const { workerData: { words, at } } = require('node:worker_threads');
      setTimeout(() => Atomics.store(words, at, 0), 150);`;
    const at = agent.layout.heaps + P_LOCK;
    const worker = new Worker(release, { eval: true, workerData: { words: agent.words, at } });
    expect(allocateBlock(agent, 0, 64, 64, 0)).toBeGreaterThanOrEqual(0);
    await worker.terminate();
  });
});
