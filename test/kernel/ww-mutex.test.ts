/**
 * The cases of Linux's own suites of ww_mutexes with Linux's verdict: test-ww_mutex, in both classes and with real
 * threads, and the ww cases of lib/locking-selftest. What Linux only warns of is refused here, and changes nothing.
 *
 * Not here: order cases over several lock classes, which are lockdep's.
 */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { FencelineError, type Handle, Space } from 'fenceline';
import { type Ticket, ticket, type WwLock } from 'fenceline/sync';
import { initWwMutex, type WwMutex, WwTask, wwClass } from 'fenceline/uapi';
import { afterAll, describe, expect, test } from 'vitest';
import { isLong } from '../lengths.ts';
import { expectAtRest } from '../space/accounting.ts';
import { smallLimits } from '../space/with-space.ts';

const agent = new URL('../../build/test/kernel/ww-mutex.agent.js', import.meta.url);
const EALREADY = -114;
const EINTR = -4;
/** How long a mutex is kept from others, and how long threads hammer. */
const [keptMs, stressMs] = isLong ? [30, 150] : [10, 40];

type Ask = (order: object) => Promise<unknown>;

interface World {
  readonly space: Space;
  readonly mutexes: readonly WwMutex[];
  /** A thread that answers orders. */
  thread(): Promise<Ask>;
}

/** One space for all tests, and the threads in it that no test has: starting threads would be most of what a test takes. */
const space = Space.create({ budgetBytes: 2 ** 24, limits: smallLimits });
const workers: Worker[] = [];
const idle: Ask[] = [];

afterAll(async () => {
  for (const worker of workers) {
    worker.postMessage({ do: 'leave' });
    await once(worker, 'exit');
  }
  await space.close({ abort: true });
});

async function startThread(): Promise<Ask> {
  const worker = new Worker(agent, { workerData: space.handle });
  workers.push(worker);
  await once(worker, 'message');
  return async (order) => {
    worker.postMessage(order);
    const [answer] = await once(worker, 'message');
    return answer;
  };
}

async function withMutexes(
  rule: 'wait-die' | 'wound-wait',
  count: number,
  body: (world: World) => Promise<void>,
): Promise<void> {
  const mutexes = Array.from({ length: count }, (_, at) => initWwMutex(space, rule, `mutex ${at}`));
  const taken: Ask[] = [];
  const thread = async (): Promise<Ask> => {
    const ask = idle.pop() ?? (await startThread());
    taken.push(ask);
    return ask;
  };
  await body({ space, mutexes, thread });
  for (const mutex of mutexes) {
    expect(mutex.isLocked, mutex.label).toBe(false);
    mutex.dispose();
  }
  await expectAtRest(space);
  // Those of a test that failed may still wait for something.
  idle.push(...taken);
}

const handlesOf = (...mutexes: readonly (WwMutex | undefined)[]): Handle<WwLock>[] =>
  mutexes.flatMap((one) => (one === undefined ? [] : [one.handle]));

async function codeOf(work: () => unknown): Promise<string> {
  try {
    await work();
    return '0';
  } catch (error) {
    if (error instanceof FencelineError) return error.code;
    throw error;
  }
}

describe.each([
  ['wd_class', wwClass(true)],
  ['ww_class', wwClass(false)],
] as const)('test-ww_mutex, %s', (_name, rule) => {
  const flags = Array.from({ length: 8 }, (_, bits) => ({
    isSpin: (bits & 1) !== 0,
    isTry: (bits & 2) !== 0,
    isContext: (bits & 4) !== 0,
  }));

  test.each(flags)('mutex: excludes another thread, %o', ({ isSpin, isTry, isContext }) =>
    withMutexes(rule, 1, async ({ space, mutexes: [mutex], thread }) => {
      const ask = await thread();
      const done = new Int32Array(new SharedArrayBuffer(4));
      using mine = ticket(space, { rule: isContext ? rule : 'plain' });
      await mine.lock(mutex as WwMutex);
      const answer = ask({ do: 'exclude', locks: handlesOf(mutex), isTry, done });
      const end = performance.now() + keptMs;
      while (performance.now() < end) {
        expect(Atomics.load(done, 0)).toBe(0);
        await sleep(isSpin ? 0 : 10);
      }
      mine.unlock(mutex as WwMutex);
      expect(await answer).toBe(0);
      expect(Atomics.load(done, 0)).toBe(1);
    }),
  );

  test.each(['lock', 'trylock'])('aa: a mutex taken by %s is taken', (how) =>
    withMutexes(rule, 1, async ({ space, mutexes: [a] }) => {
      const mutex = a as WwMutex;
      const [task, other] = [new WwTask(space, 'task'), new WwTask(space, 'other')];
      task.acquireInit(rule, 'context');
      expect(how === 'lock' ? await task.lock(mutex) : task.trylock(mutex) - 1).toBe(0);
      expect(other.trylock(mutex), 'without a context').toBe(0);
      expect(task.trylock(mutex), 'with the context that has it').toBe(0);
      expect(await task.lock(mutex)).toBe(EALREADY);
      expect(task.acquired).toEqual([mutex]);
      task.unlock(mutex);
      task.acquireFini();
      for (const one of [task, other]) one.end();
    }),
  );

  const crossings = [false, true].flatMap((isTry) => [false, true].map((resolves) => ({ isTry, resolves })));

  test.each(crossings)('abba: two threads cross, %o', ({ isTry, resolves }) =>
    withMutexes(rule, 2, async ({ space, mutexes: [a, b], thread }) => {
      const [first, second] = [a as WwMutex, b as WwMutex];
      const ask = await thread();
      using mine = ticket(space, { rule });
      if (isTry) expect(mine.tryLock(first)).toBe(true);
      else await mine.lock(first);
      expect(await ask({ do: 'take', rule, locks: handlesOf(second), isTry })).toBe(isTry ? true : '0');
      if (resolves) {
        const answer = ask({ do: 'resolve', locks: handlesOf(second, first) });
        const code = await codeOf(() => mine.lock(second, { timeoutMs: 5000 }));
        if (code === 'EDEADLK') {
          mine.unlockAll();
          await mine.lockSlow(second, { timeoutMs: 5000 });
          await mine.lock(first, { timeoutMs: 5000 });
        } else expect(code).toBe('0');
        expect(mine.held).toHaveLength(2);
        mine.unlockAll();
        expect(await answer).toBe('0');
      } else {
        const answer = ask({ do: 'cross', locks: handlesOf(first) });
        const crossed = codeOf(() => mine.lock(second, { timeoutMs: 5000 }));
        // Whoever is told to gives back all; the other one comes through.
        const loser = await Promise.race([
          crossed.then((code) => (code === 'EDEADLK' ? 'main' : 'none')),
          answer.then((code) => (code === 'EDEADLK' ? 'worker' : 'none')),
        ]);
        expect(loser).not.toBe('none');
        if (loser === 'main') mine.unlockAll();
        else await ask({ do: 'end' });
        expect([await crossed, await answer].filter((code) => code === 'EDEADLK')).not.toEqual([]);
        mine.unlockAll();
      }
      await ask({ do: 'end' });
    }),
  );

  test.each([2, 3])('cycle: %i threads in a circle all come through', (count) =>
    withMutexes(rule, count, async ({ mutexes, thread }) => {
      const asks = await Promise.all(mutexes.map(() => thread()));
      const taken = asks.map((ask, at) => ask({ do: 'take', rule, locks: handlesOf(mutexes[at]), isTry: false }));
      expect(await Promise.all(taken)).toEqual(mutexes.map(() => '0'));
      // Each gives back all as soon as it has both, as it waits for no one.
      const results = asks.map(async (ask, at) => {
        const code = await ask({ do: 'resolve', locks: handlesOf(mutexes[at], mutexes[(at + 1) % count]) });
        await ask({ do: 'end' });
        return code;
      });
      expect(await Promise.all(results)).toEqual(mutexes.map(() => '0'));
    }),
  );

  test.each([
    ['INORDER', 16, [false, false]],
    ['REORDER and ONE', 16, [false, true]],
    ['ALL', 24, [false, false, true]],
  ] as const)('stress: %s, %i mutexes', (_kind, count, isOne) =>
    withMutexes(rule, count, async ({ mutexes, thread }) => {
      const asks = await Promise.all(isOne.map(() => thread()));
      const orders = isOne.map((isTry, at) => ({
        ...{ do: 'stress', rule, isTry },
        ...{ locks: handlesOf(...mutexes), seed: 7 + at, forMs: stressMs },
      }));
      const tallies = await Promise.all(asks.map((ask, at) => ask(orders[at] as object)));
      for (const tally of tallies as { done: number; unexpected: string[] }[]) {
        expect(tally.unexpected).toEqual([]);
        expect(tally.done).toBeGreaterThan(0);
      }
    }),
  );

  test('a sleeper is interrupted with EINTR, and nothing is left of it', () =>
    withMutexes(rule, 1, async ({ space, mutexes: [mutex] }) => {
      const [holder, sleeper] = [new WwTask(space, 'holder'), new WwTask(space, 'sleeper')];
      sleeper.acquireInit(rule, 'context');
      expect(await holder.lock(mutex as WwMutex)).toBe(0);
      const stop = new AbortController();
      const answer = sleeper.lockInterruptible(mutex as WwMutex, stop.signal);
      stop.abort();
      expect(await answer).toBe(EINTR);
      expect(sleeper.acquired).toEqual([]);
      holder.unlock(mutex as WwMutex);
      expect(await sleeper.lockInterruptible(mutex as WwMutex, new AbortController().signal)).toBe(0);
      for (const task of [holder, sleeper]) task.end();
    }));
});

/** o, o2, o3; two contexts of wait-die, the other one older, with o2. */
interface Cases {
  readonly space: Space;
  readonly mine: Ticket;
  readonly o: WwLock;
  readonly o2: WwLock;
  readonly o3: WwLock;
  readonly older: Ticket;
}

function withCases(body: (cases: Cases) => Promise<void>): Promise<void> {
  return withMutexes('wait-die', 3, async ({ space, mutexes }) => {
    const [o, o2, o3] = mutexes as readonly [WwLock, WwLock, WwLock];
    const older = ticket(space, { label: 'older' });
    const mine = ticket(space, { label: 'mine' });
    await body({ space, mine, o, o2, o3, older });
    for (const one of [mine, older]) {
      one.unlockAll();
      one.dispose();
    }
  });
}

describe('locking-selftest, silent', () => {
  test('fail_acquire: EALREADY for the holder, no trylock, EDEADLK for a younger one that holds', () =>
    withCases(async ({ older, mine, o, o2 }) => {
      await older.lock(o);
      expect(await codeOf(() => older.lock(o))).toBe('EALREADY');
      expect(mine.tryLock(o)).toBe(false);
      await mine.lock(o2);
      expect(await codeOf(() => mine.lock(o))).toBe('EDEADLK');
      older.unlock(o);
      expect(older.tryLock(o)).toBe(true);
      older.unlock(o);
    }));

  test('normal: a lock taken without a context has no context', () =>
    withCases(async ({ space, mine, o }) => {
      using plain = ticket(space, { rule: 'plain' });
      await plain.lock(o);
      expect(plain.tryLock(o)).toBe(false);
      plain.unlock(o);
      plain.lockSync(o, {});
      plain.unlock(o);
      expect(plain.tryLock(o)).toBe(true);
      plain.unlock(o);
      expect(mine.held).toEqual([]);
    }));

  test.each(['lock', 'lockSlow'] as const)('edeadlk_normal: all given back, then %s of what was contended', (how) =>
    withCases(async ({ older, mine, o, o2 }) => {
      await older.lock(o2);
      await mine.lock(o);
      expect(await codeOf(() => mine.lock(o2))).toBe('EDEADLK');
      older.unlock(o2);
      mine.unlock(o);
      expect(await codeOf(() => mine[how](o2))).toBe('0');
    }),
  );
});

describe('locking-selftest, to be reported', () => {
  test('unneeded_slow', () =>
    withCases(async ({ mine, o }) => expect(await codeOf(() => mine.lockSlow(o))).toBe('EINVAL')));

  test('diff_class', () =>
    withCases(async ({ space, o }) => {
      using other = ticket(space, { rule: 'wound-wait' });
      expect(await codeOf(() => other.lock(o))).toBe('EINVAL');
    }));

  test('done_twice, lock_after_done', () =>
    withCases(async ({ mine, o }) => {
      mine.done();
      expect(await codeOf(() => mine.done())).toBe('EINVAL');
      expect(await codeOf(() => mine.lock(o))).toBe('EINVAL');
      expect(await codeOf(() => mine.tryLock(o))).toBe('EINVAL');
    }));

  test('fini_early: a context goes when it holds nothing', () =>
    withCases(async ({ mine, o }) => {
      await mine.lock(o);
      expect(await codeOf(() => mine.dispose())).toBe('EINVAL');
      expect(await codeOf(() => mine.unlock(o))).toBe('0');
    }));

  test('object_unlock_twice, lock_unbalanced: only a holder gives back', () =>
    withCases(async ({ older, mine, o }) => {
      await mine.lock(o);
      expect(await codeOf(() => older.unlock(o))).toBe('EINVAL');
      mine.unlock(o);
      expect(await codeOf(() => mine.unlock(o))).toBe('EINVAL');
    }));

  test('stale_context: a context that is over locks nothing', () =>
    withCases(async ({ space, o }) => {
      const stale = ticket(space, {});
      stale.dispose();
      expect(await codeOf(() => stale.lock(o))).toBe('EINVAL');
    }));

  test.each(['lock', 'lockSlow'] as const)('edeadlk_no_unlock, acquire_more, acquire_wrong, by %s', (how) =>
    withCases(async ({ older, mine, o, o2, o3 }) => {
      await older.lock(o2);
      await mine.lock(o);
      expect(await codeOf(() => mine.lock(o2))).toBe('EDEADLK');
      expect(await codeOf(() => mine[how](o2)), 'no_unlock').toBe('EINVAL');
      expect(await codeOf(() => mine[how](o3)), 'acquire_more').toBe('EINVAL');
      await older.lock(o3);
      expect(await codeOf(() => mine[how](o3)), 'acquire_more_edeadlk').toBe('EINVAL');
      older.unlock(o3);
      mine.unlock(o);
      expect(await codeOf(() => mine[how](o3)), 'acquire_wrong').toBe('EINVAL');
      expect(mine.held).toEqual([]);
      older.unlock(o2);
      expect(await codeOf(() => mine[how](o2))).toBe('0');
    }),
  );
});

describe('where Linux reports and we do not', () => {
  test('two_contexts: a thread may have several, for asynchronous code runs several at once', () =>
    withCases(async ({ space, mine, o, o2 }) => {
      using other = ticket(space, {});
      await mine.lock(o);
      await other.lock(o2);
      // Blocking for one another is what cannot be allowed.
      expect(await codeOf(() => other.lockSync(o))).toBe('EDEADLK');
      other.unlockAll();
    }));

  test('fini_twice: to dispose of twice is to dispose of', () =>
    withCases(async ({ space }) => {
      const once = ticket(space, {});
      once.dispose();
      once.dispose();
    }));
});
