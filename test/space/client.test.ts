/** Clients: one memory, an account each. What is charged to whom, and what a full account does to its own client and to others. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { type FencelineError, type SharedBuffer, Space } from 'fenceline';
import { describe, expect, test } from 'vitest';
import { findStopped } from '#fenceline/cells/agent.js';
import { type AccountStats, accountStats } from '#fenceline/memory/account.js';
import { clientTokenOf, coreOf } from '#fenceline/space.js';
import { checkAccounts } from '../memory/check-heap.ts';
import { startJobs } from '../pool/jobs-pool.ts';
import { accounting, agentsPresent, expectAgents, expectAtRest } from './accounting.ts';
import { withSpace } from './with-space.ts';

const agent = new URL('../../build/test/space/client.agent.js', import.meta.url);

function statsOf(client: Space): AccountStats | undefined {
  const { agent } = coreOf(client);
  checkAccounts(agent);
  return accountStats(agent, clientTokenOf(client));
}

function usedBy(client: Space): number {
  return statsOf(client)?.usedBytes ?? -1;
}

async function errorOf(work: Promise<unknown>): Promise<FencelineError> {
  return work.then(
    () => expect.fail('It did not fail.'),
    (error: unknown) => error as FencelineError,
  );
}

function bytes(length: number): Uint8Array {
  return new Uint8Array(length).fill(7);
}

async function whenTrue(look: () => boolean): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!look() && performance.now() < deadline) await sleep(5);
  expect(look()).toBe(true);
}

describe('what is charged', () => {
  test('is the memory of what was made through the client, and of nothing else', () =>
    withSpace({}, async (space) => {
      await using one = space.client('one', { budgetBytes: 8192 });
      await using two = space.client('two');
      using mine = one.buffer('u8', [1000]);
      using alike = mine.like();
      using others = two.buffer('u8', [3000]);
      using nobodys = space.buffer('u8', [5000]);
      expect([usedBy(one), usedBy(two)]).toEqual([0, 0]);
      for (const buffer of [mine, alike, others, nobodys]) await buffer.set(bytes(buffer.sizeBytes));
      expect([usedBy(one), usedBy(two)]).toEqual([2048, 3008]);
      expect(accounting(space).usedBytes).toBe(2048 + 3008 + 5056);
      alike.dispose();
      await whenTrue(() => usedBy(one) === 1024);
      expect(statsOf(one)).toEqual({ name: 'one', budgetBytes: 8192, priority: 0, usedBytes: 1024, peakBytes: 2048 });
    }));

  test('follows a handle: a buffer counts for its client, whoever opens it', () =>
    withSpace({}, async (space) => {
      await using client = space.client('maker');
      await using other = space.client('opener');
      using made = client.buffer('u8', [640]);
      using opened = other.open(made.handle);
      using alike = opened.like();
      await alike.set(bytes(640));
      expect([usedBy(client), usedBy(other)]).toEqual([640, 0]);
    }));

  test('includes drafts, and what kernels of its pool make', () =>
    withSpace({}, async (space) => {
      await using client = space.client('library', { budgetBytes: 65_536 });
      const pool = await startJobs(client, { count: 1 });
      using buffer = client.buffer('i32', [1024]);
      await pool.run.fill({ dst: buffer, with: 3 }).wait();
      await client.transaction(async (tx) => {
        await tx.edit(buffer);
        expect(usedBy(client)).toBe(8192);
      });
      expect(usedBy(client)).toBe(4096);
      expect(await pool.run.inside({ count: 1000 }).wait()).toBeDefined();
      expect(statsOf(client)?.peakBytes).toBeGreaterThanOrEqual(4096 + 4032);
      await whenTrue(() => usedBy(client) === 4096);
    }));

  test('is the system heap alone', () =>
    withSpace({ heaps: [{ name: 'extra', sizeBytes: 65_536 }] }, async (space) => {
      await using client = space.client('elsewhere', { budgetBytes: 4096 });
      using buffer = client.buffer('u8', [8192], { heaps: ['extra'] });
      await buffer.set(bytes(8192));
      expect(usedBy(client)).toBe(0);
    }));
});

describe('a full account', () => {
  test('refuses at once what can never fit, and names the client', () =>
    withSpace({}, async (space) => {
      await using client = space.client('small', { budgetBytes: 4096 });
      expect(() => client.buffer('u8', [4097])).toThrow(/4097 bytes.*client 'small' may use \(4096\)/);
      await using large = space.client('large', { budgetBytes: 2 ** 30 });
      expect(() => large.buffer('u8', [2 ** 24 + 1])).toThrow(/heap 'system' may hold \(16777216\)/);
      client.buffer('u8', [4096]).dispose();
    }));

  test('makes its own client wait, and nobody else', () =>
    withSpace({}, async (space) => {
      await using client = space.client('full', { budgetBytes: 8192 });
      const held = client.buffer('u8', [6000]);
      await held.set(bytes(6000));
      using wanted = client.buffer('u8', [4096]);
      let isOver = false;
      const waiting = wanted.set(bytes(4096)).then(() => {
        isOver = true;
      });
      // Behind the first of its client, and in nobody's way either.
      using second = client.buffer('u8', [2048]);
      const behind = second.set(bytes(2048));
      // Requests of the space and of another client come later, and are not behind it.
      await using other = space.client('other', { budgetBytes: 8192 });
      for (const owner of [space, other]) {
        using free = owner.buffer('u8', [4096]);
        await free.set(bytes(4096), { timeoutMs: 20_000 });
      }
      expect(isOver).toBe(false);
      expect(usedBy(client)).toBe(6016);
      held.dispose();
      await Promise.all([waiting, behind]);
      expect(usedBy(client)).toBe(6144);
    }));

  test('serves its requests in order of submission', () =>
    withSpace({}, async (space) => {
      await using client = space.client('queue', { budgetBytes: 8192 });
      const held = client.buffer('u8', [6144]);
      await held.set(bytes(6144));
      const order: string[] = [];
      using large = client.buffer('u8', [4096]);
      using small = client.buffer('u8', [1024]);
      const waiting = [
        large.set(bytes(4096)).then(() => order.push('large')),
        small.set(bytes(1024)).then(() => order.push('small')),
      ];
      held.dispose();
      await Promise.all(waiting);
      expect(order).toEqual(['large', 'small']);
    }));

  test('ends in ENOMEM that names it, also while others free memory all the time', () =>
    withSpace({ patienceMs: 200 }, async (space) => {
      await using client = space.client('greedy', { budgetBytes: 8192 });
      using held = client.buffer('u8', [6144], { label: 'frames' });
      using foreign = space.buffer('u8', [64], { label: 'foreign' });
      for (const buffer of [held, foreign]) await buffer.set(bytes(buffer.sizeBytes));
      using wanted = client.buffer('u8', [4096]);
      const failing = errorOf(wanted.set(bytes(4096)));
      const draft = errorOf(client.transaction((tx) => tx.edit(held)));
      let isOver = false;
      void Promise.all([failing, draft]).then(() => {
        isOver = true;
      });
      const deadline = performance.now() + 10_000;
      while (!isOver && performance.now() < deadline) {
        using passing = space.buffer('u8', [128]);
        await passing.set(bytes(128));
        passing.dispose();
        await sleep(5);
      }
      for (const error of await Promise.all([failing, draft])) {
        expect(error.code).toBe('ENOMEM');
        expect(error.message).toMatch(/Client 'greedy' has no room.*uses 6144 of 8192/);
        expect(error.details).toMatchObject({ client: 'greedy', heap: 'system', pinned: [{ label: 'frames' }] });
      }
      expect((await failing).details).toMatchObject({ askedBytes: 4096 });
    }));

  test('is served when its budget is raised, and waits again when it is lowered', () =>
    withSpace({ patienceMs: 5000 }, async (space) => {
      await using client = space.client('tunable', { budgetBytes: 4096 });
      using first = client.buffer('u8', [4096]);
      await first.set(bytes(4096));
      using second = client.buffer('u8', [4096]);
      const waiting = second.set(bytes(4096));
      expect(client.budgetBytes).toBe(4096);
      client.budgetBytes = 8192;
      await waiting;
      expect(client.budgetBytes).toBe(8192);
      client.budgetBytes = 4096;
      expect(accounting(space).usedBytes).toBe(8192);
      using third = client.buffer('u8', [64]);
      await expect(third.set(bytes(64), { timeoutMs: 100 })).rejects.toMatchObject({ code: 'ETIME' });
    }));
});

describe('a client', () => {
  test('without a budget of its own has that of the space', () =>
    withSpace({ budgetBytes: 65_536 }, async (space) => {
      await using client = space.client('free');
      expect(client.budgetBytes).toBe(65_536);
      space.budgetBytes = 131_072;
      expect(client.budgetBytes).toBe(131_072);
    }));

  test('stands beside the client that it was made of, and each call makes another account', () =>
    withSpace({}, async (space) => {
      await using outer = space.client('same', { budgetBytes: 4096 });
      await using inner = outer.client('same', { budgetBytes: 8192 });
      using buffer = inner.buffer('u8', [8192]);
      await buffer.set(bytes(8192));
      expect([usedBy(outer), usedBy(inner)]).toEqual([0, 8192]);
      expect(space.describe()).toMatch(/client same: 0 of 4096 bytes used, peak 0, priority 0/);
      expect(outer.describe()).toMatch(/client same: 8192 of 8192 bytes used, peak 8192, priority 0/);
    }));

  test('that is closed leaves its buffers, which count for the space alone; its slot begins anew', () =>
    withSpace({ limits: { clients: 1 } }, async (space) => {
      const client = space.client('short', { budgetBytes: 4096 });
      using kept = client.buffer('u8', [4096]);
      using later = client.buffer('u8', [4096]);
      await kept.set(bytes(4096));
      expect(() => space.client('one too many')).toThrow(/All clients \(1\) are in use/);
      await client.close();
      await client.close();
      await using next = space.client('next', { budgetBytes: 64 });
      await later.set(bytes(4096));
      expect(usedBy(next)).toBe(0);
      kept.dispose();
      expect([...(await later.get())].slice(0, 2)).toEqual([7, 7]);
      expect(usedBy(next)).toBe(0);
      expect(space.describe()).not.toMatch(/client short/);
      const raise = (): void => {
        client.budgetBytes = 8192;
      };
      for (const use of [() => client.buffer('u8', [1]), () => client.budgetBytes, raise, () => client.client('x')]) {
        expect(use).toThrow(/Client 'short' is closed/);
      }
    }));

  test('that is closed ends the pools that were made through it', () =>
    withSpace({}, async (space) => {
      const client = space.client('with a pool');
      const pool = await startJobs(client, { count: 1 });
      expect(agentsPresent(space)).toBe(2);
      using buffer = client.buffer('i32', [4]);
      pool.run.fill({ dst: buffer, with: 9 });
      await client.close();
      expect([...(await buffer.get())]).toEqual([9, 9, 9, 9]);
      await expectAgents(space, 1);
      expect(() => pool.run.fill({ dst: buffer, with: 1 })).toThrow();
    }));

  test('closes with its space', async () => {
    const space = Space.create({ budgetBytes: 65_536 });
    const client = space.client('inside');
    await space.close();
    expect(() => client.buffer('u8', [1])).toThrow(/space is closed/);
    await client.close();
  });

  test('hears the events of the space, and the space those of the client', () =>
    withSpace({}, async (space) => {
      await using client = space.client('listener');
      const heard: string[] = [];
      client.on('unobserved', () => heard.push('client'));
      space.on('unobserved', () => heard.push('space'));
      client.fence(Promise.reject(new Error('no')));
      await whenTrue(() => heard.length === 2);
      expect(heard.sort()).toEqual(['client', 'space']);
    }));

  test.each([
    ['name', '', {}],
    ['name', 'x'.repeat(300), {}],
    ['name', 7 as unknown as string, {}],
    ['budgetBytes', 'a', { budgetBytes: 0 }],
    ['budgetBytes', 'a', { budgetBytes: 1.5 }],
    ['priority', 'a', { priority: Number.NaN }],
    ['priority', 'a', { priority: '1' as unknown as number }],
  ])('refuses a bad %s (%s)', (argument, name, options) =>
    withSpace({}, async (space) => {
      expect(() => space.client(name, options)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
      expect(() => space.client(name, options)).toThrow(expect.objectContaining({ details: { argument } }));
    }),
  );
});

describe('a handle of a client', () => {
  async function joined(client: Space): Promise<Worker> {
    const worker = new Worker(agent, { workerData: client.handle });
    await once(worker, 'message');
    return worker;
  }

  async function ask(worker: Worker, order: object): Promise<unknown> {
    worker.postMessage(order);
    const [answer] = await once(worker, 'message');
    return answer;
  }

  test('gives another thread the same account, that ends with the last thread that has it', () =>
    withSpace({}, async (space) => {
      const client = space.client('shared', { budgetBytes: 8192, priority: 3 });
      const worker = await joined(client);
      expect(await ask(worker, { do: 'make', bytes: 6144 })).toBe(8192);
      expect(usedBy(client)).toBe(6144);
      using mine = client.buffer('u8', [4096]);
      await expect(mine.set(bytes(4096), { timeoutMs: 100 })).rejects.toMatchObject({ code: 'ETIME' });
      await client.close();
      expect(accounting(space).clients).toBe(1);
      expect(space.describe()).toMatch(/client shared: 6144 of 8192 bytes used, peak 6144, priority 3/);
      // It may be gone by the time that its answer is heard.
      const gone = once(worker, 'exit');
      await ask(worker, { do: 'close' });
      expect(accounting(space).clients).toBe(0);
      await gone;
      await expectAgents(space, 1);
    }));

  test('outlives the thread that opened it, and what a thread that dies held is uncharged', () =>
    withSpace({}, async (space) => {
      await using client = space.client('orphaned', { budgetBytes: 8192 });
      const worker = await joined(client);
      await ask(worker, { do: 'make', bytes: 6144 });
      await ask(worker, { do: 'client' });
      expect(accounting(space).clients).toBe(2);
      const gone = once(worker, 'exit');
      await worker.terminate();
      await gone;
      await expectAtRestBut(space, 1);
      expect(usedBy(client)).toBe(0);
      using mine = client.buffer('u8', [8192]);
      await mine.set(bytes(8192), { timeoutMs: 20_000 });
    }));

  test('joins once however often it is joined, and not at all once the client is closed', () =>
    withSpace({}, async (space) => {
      const client = space.client('again');
      const { handle } = client;
      expect(Space.join(handle)).toBe(client);
      expect(Space.join(space.handle)).toBe(space);
      await client.close();
      expect(() => Space.join(handle)).toThrow(expect.objectContaining({ code: 'ENOENT' }));
      const forged = { ...handle, client: { account: 1000, generation: 0, name: 'x' } } as typeof handle;
      expect(() => Space.join(forged)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
    }));

  /** A thread that is gone is noticed by whoever waits; here nobody does. */
  async function expectAtRestBut(space: Space, clients: number): Promise<void> {
    await whenTrue(() => {
      findStopped(coreOf(space).agent);
      return accounting(space).clients === clients && accounting(space).usedBytes === 0;
    });
  }
});

test('the library that meets others in a space gets what it needs, and no more', () =>
  withSpace({ budgetBytes: 32_768, patienceMs: 10_000 }, async (space) => {
    const done: number[] = [];
    const work = async (number: number): Promise<void> => {
      await using client = space.client(`library ${number}`, { budgetBytes: 8192 });
      const waiting: Promise<unknown>[] = [];
      for (let round = 0; round < 20; round++) {
        const buffer: SharedBuffer<'u8'> = client.buffer('u8', [3000 + number]);
        waiting.push(
          buffer.set(bytes(buffer.sizeBytes)).then(() => {
            expect(usedBy(client)).toBeLessThanOrEqual(8192);
            buffer.dispose();
          }),
        );
      }
      await Promise.all(waiting);
      await whenTrue(() => usedBy(client) === 0);
      done.push(number);
    };
    await Promise.all([0, 1, 2, 3, 4].map(work));
    expect(done.sort()).toEqual([0, 1, 2, 3, 4]);
    await expectAtRest(space);
  }));
