/** Threads killed in the middle of transactions: locks come free, and of each transaction all was published, or nothing. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { isLong } from '../lengths.ts';
import { randomOf } from '../pool/kills.ts';
import { accounting, expectAgents } from '../space/accounting.ts';
import { withSpace } from '../space/with-space.ts';
import { account, total } from './accounts.ts';

const url = new URL('../../build/test/transaction/transfers.agent.js', import.meta.url);

const kills = isLong ? 10 : 4;

test.each([true, false])(
  'killed in transactions that block: %s',
  async (isSync) => {
    const seed = Date.now() % 1_000_000;
    const random = randomOf(seed);
    const what = `seed ${seed}`;
    await withSpace({}, async (space) => {
      const accounts = await Promise.all(Array.from({ length: 4 }, () => account(space, 100)));
      const handles = accounts.map(({ handle }) => handle);
      const start = (at: number): Worker =>
        new Worker(url, {
          workerData: { space: space.handle, accounts: handles, seed: seed + at, count: 1e9, isSync },
        });
      for (let kill = 0; kill < kills; kill++) {
        const threads = [start(kill * 2), start(kill * 2 + 1)];
        await Promise.all(threads.map((thread) => once(thread, 'online')));
        await sleep(30 + random(40));
        await Promise.all(threads.map((thread) => thread.terminate()));
        const left = await Promise.all(accounts.map((one) => one.get({ timeoutMs: 20_000 })));
        expect(total(left.map((one) => one[0] ?? 0)), what).toBe(400);
      }
      // Whoever waits looks now and then whether somebody stopped: nobody was in the way of the last ones.
      await expectAgents(space, 1, what);
      expect(accounting(space), what).toMatchObject({ locks: 0, tickets: 0, buffers: 4, blocks: 4, chunks: 0 });
      for (const one of accounts) one.dispose();
    });
  },
  60_000,
);
