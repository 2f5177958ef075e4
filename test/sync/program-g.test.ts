/** The design's program g runs as it stands: explicit synchronisation between a compositor and a renderer. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { compositor } from '../types/programs/g-explicit-sync.ts';

const agent = new URL('../../build/test/sync/renderer.agent.js', import.meta.url);

test('sixty frames are acquired, drawn and presented, each promised before it is done', {
  // The program gives each of its waits 100 ms, which a busy machine may take for itself: a late run says nothing of the order.
  retry: 6,
  timeout: 30_000,
}, async () => {
  const refreshed: number[] = [];
  const refresh = async (): Promise<void> => {
    refreshed.push(performance.now());
    await sleep(1);
  };
  Object.assign(globalThis, { refresh });
  let renderer: Worker | undefined;
  let drawn: Promise<unknown[]> | undefined;
  try {
    await compositor((setup) => {
      renderer = new Worker(agent, { workerData: setup });
      drawn = once(renderer, 'message');
    });
    expect(await drawn).toEqual(['drawn']);
    expect(refreshed).toHaveLength(60);
  } finally {
    Reflect.deleteProperty(globalThis, 'refresh');
    await renderer?.terminate();
  }
});
