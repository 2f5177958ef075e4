/**
 * The lock validator by the cases of lib/locking-selftest.c, with Linux's verdict in the name: S is silent, F is reported.
 * Locks without a ticket are those under a ticket without an age. Left out: read locks, interrupts, spin locks, which do not
 * exist here; spin_nest_lock (locks here are nested by tickets alone); lock_unbalanced and stale_context, which write into a
 * ticket or a lock from outside, where users cannot.
 */
import { FencelineError, Space, type SpaceOptions } from 'fenceline';
import { lockOrder, ticket, type WwLock, wwLock } from 'fenceline/sync';
import { describe, expect, test } from 'vitest';
import { smallLimits } from '../space/with-space.ts';
import { kindsOf, type Validated, validated } from './validated.ts';

/** Each pair: the first is held while the second is taken; then both are given back. */
const orders: readonly (readonly [name: string, pairs: string, verdict: 'S' | 'F'])[] = [
  ['AB, twice', 'AB AB', 'S'],
  ['a chain', 'AB BC AC', 'S'],
  ['ABBA', 'AB BA', 'F'],
  ['ABBCCA', 'AB BC CA', 'F'],
  ['ABCABC', 'AB CA BC', 'F'],
  ['ABBCCDDA', 'AB BC CD DA', 'F'],
  ['ABCDBDDA', 'AB CD BD DA', 'F'],
  ['ABCDBCDA', 'AB CD BC DA', 'F'],
];

describe('orders of exclusive locks without an age', () => {
  test.each(orders)('%s (%s): %s', (_name, pairs, verdict) =>
    validated(({ lock, takePlain, findings }) => {
      const locks = new Map(['A', 'B', 'C', 'D'].map((name) => [name, lock(name)]));
      const steps = pairs.split(' ').map((pair) => [...pair].map((name) => locks.get(name) as WwLock));
      for (const step of steps.slice(0, -1)) takePlain(...step);
      expect(findings).toEqual([]);
      takePlain(...(steps.at(-1) as WwLock[]));
      expect(kindsOf(findings)).toEqual(verdict === 'F' ? ['order'] : []);
    }),
  );

  test('AA, two locks of one class: F', () =>
    validated(({ lock, takePlain, findings }) => {
      takePlain(lock('first', { class: 'X' }), lock('second', { class: 'X' }));
      expect(findings.map(({ cycle }) => cycle)).toEqual([['X', 'X']]);
    }));

  test('two locks of one class with subclasses, in their order: S; the other way round: F', () =>
    validated(({ lock, takePlain, findings }) => {
      const parent = lock('parent', { class: 'X' });
      const child = lock('child', { class: 'X', subclass: 1 });
      takePlain(parent, child);
      expect(findings).toEqual([]);
      takePlain(child, parent);
      expect(findings[0]?.cycle).toEqual(['X/1', 'X', 'X/1']);
    }));

  test('a lock that was only tried has no order after what was held: S; but what it holds up: F', () =>
    validated(({ lock, takePlain, ticket, findings }) => {
      const [a, b] = [lock('A'), lock('B')];
      takePlain(a, b);
      const one = ticket({ rule: 'plain' });
      one.lockSync(b);
      expect(one.tryLock(a)).toBe(true);
      expect(findings).toEqual([]);
      one.unlock(b);
      takePlain(b);
      expect(findings).toEqual([]);
      const c = lock('C');
      one.lockSync(c);
      one.unlockAll();
      takePlain(c, a);
      expect(kindsOf(findings)).toEqual(['order']);
    }));

  test('is said once by a thread, and checks go on after it', () =>
    validated(({ lock, takePlain, findings }) => {
      const [a, b, c] = [lock('A'), lock('B'), lock('C')];
      for (let round = 0; round < 3; round++) {
        takePlain(a, b);
        takePlain(b, a);
      }
      expect(findings).toHaveLength(1);
      takePlain(b, c);
      takePlain(c, b);
      expect(findings).toHaveLength(2);
    }));

  test('is also found for waits that do not block', () =>
    validated(async ({ lock, ticket, findings }) => {
      const [a, b] = [lock('A'), lock('B')];
      for (const order of [
        [a, b],
        [b, a],
      ]) {
        const one = ticket({ rule: 'plain' });
        for (const each of order) await one.lock(each);
        one.unlockAll();
        one.dispose();
      }
      expect(kindsOf(findings)).toEqual(['order']);
    }));
});

describe('locks of ww classes', () => {
  test('two of one class, and of two classes in both orders, under one ticket each: S', () =>
    validated(({ lock, takeAged, findings }) => {
      const [a, b, c] = [lock('A'), lock('B'), lock('other A', { class: 'A' })];
      takeAged(a, c);
      takeAged(c, a);
      takeAged(a, b);
      takeAged(b, a);
      expect(findings).toEqual([]);
    }));

  test('an order of tickets closes a cycle with one of locks without an age', () =>
    validated(({ lock, takeAged, takePlain, findings }) => {
      const [a, b] = [lock('A'), lock('B')];
      takeAged(a, b);
      takePlain(b, a);
      expect(findings[0]?.cycle).toEqual(['B', 'A', 'B']);
    }));

  type Way = 'context' | 'try' | 'block';
  /** First held, then taken, both of one class. */
  const mixing: readonly (readonly [Way, Way, 'S' | 'F'])[] = [
    ['context', 'block', 'F'],
    ['context', 'try', 'S'],
    ['context', 'context', 'S'],
    ['try', 'block', 'F'],
    ['try', 'try', 'S'],
    ['try', 'context', 'F'],
    ['block', 'block', 'F'],
    ['block', 'try', 'S'],
    ['block', 'context', 'F'],
  ];

  function taker({ ticket }: Validated): (way: Way, lock: WwLock) => void {
    const [aged, plain] = [ticket(), ticket({ rule: 'plain' })];
    return (way, lock) => {
      if (way === 'context') aged.lockSync(lock);
      else if (way === 'block') plain.lockSync(lock);
      else expect(plain.tryLock(lock)).toBe(true);
    };
  }

  test.each(mixing)('%s, then %s: %s', (first, second, verdict) =>
    validated((world) => {
      const take = taker(world);
      take(first, world.lock('o', { class: 'ww' }));
      take(second, world.lock('o2', { class: 'ww' }));
      expect(kindsOf(world.findings)).toEqual(verdict === 'F' ? ['order'] : []);
    }),
  );

  const around: readonly (readonly [Way, 'S' | 'F'])[] = [
    ['block', 'F'],
    ['try', 'S'],
    ['context', 'F'],
  ];

  test.each(around)('%s before and after a lock of another class: %s', (way, verdict) =>
    validated((world) => {
      const { lock, ticket, findings } = world;
      const [o, a] = [lock('o'), lock('A')];
      for (const oFirst of [true, false]) {
        const other = ticket({ rule: 'plain' });
        const [aged, plain] = [ticket(), ticket({ rule: 'plain' })];
        const takeO = (): void => {
          if (way === 'context') aged.lockSync(o);
          else if (way === 'block') plain.lockSync(o);
          else expect(plain.tryLock(o)).toBe(true);
        };
        if (oFirst) takeO();
        other.lockSync(a);
        if (!oFirst) takeO();
        for (const one of [other, aged, plain]) one.unlockAll();
        for (const one of [other, aged, plain]) one.dispose();
      }
      expect(kindsOf(findings)).toEqual(verdict === 'F' ? ['order'] : []);
    }),
  );

  test('two tickets of one thread that blocks (two_contexts): F', () =>
    validated(({ lock, ticket, findings }) => {
      ticket().lockSync(lock('o', { class: 'ww' }));
      ticket().lockSync(lock('o2', { class: 'ww' }));
      expect(findings[0]?.cycle).toEqual(['ww', 'ww']);
    }));

  test('two tickets of one thread that only awaits: S', () =>
    validated(async ({ lock, ticket, findings }) => {
      await ticket().lock(lock('o', { class: 'ww' }));
      await ticket().lock(lock('o2', { class: 'ww' }));
      expect(findings).toEqual([]);
    }));

  async function codeOf(work: () => unknown): Promise<string> {
    try {
      await work();
      return 'S';
    } catch (error) {
      if (error instanceof FencelineError) return error.code;
      throw error;
    }
  }

  test('misuse that Linux warns of is an error, and is no matter of the validator', () =>
    validated(async ({ lock, ticket, findings }) => {
      const [o, o2, o3] = [lock('o'), lock('o2'), lock('o3')];
      const t = ticket();
      expect(await codeOf(() => t.lockSlowSync(o))).toBe('EINVAL'); // unneeded_slow
      expect(await codeOf(() => t.lockSync(lock('wound', { rule: 'wound-wait' })))).toBe('EINVAL'); // diff_class
      t.lockSync(o); // fail_acquire
      expect(await codeOf(() => t.lockSync(o))).toBe('EALREADY');
      expect(t.tryLock(o)).toBe(false);
      expect(await codeOf(() => t.dispose())).toBe('EINVAL'); // fini_early
      t.unlock(o);
      expect(await codeOf(() => t.unlock(o))).toBe('EINVAL'); // object_unlock_twice
      t.done();
      expect(await codeOf(() => t.done())).toBe('EINVAL'); // done_twice
      expect(await codeOf(() => t.lockSync(o))).toBe('EINVAL'); // lock_after_done
      t.dispose();
      expect(await codeOf(() => t.dispose())).toBe('S'); // Linux: F. Disposing twice is harmless everywhere here.

      const [older, younger] = [ticket(), ticket()]; // the family of EDEADLK
      await older.lock(o2);
      await younger.lock(o);
      expect(await codeOf(() => younger.lock(o2))).toBe('EDEADLK');
      expect(await codeOf(() => younger.lock(o2))).toBe('EINVAL'); // no_unlock
      expect(await codeOf(() => younger.lockSlow(o2))).toBe('EINVAL');
      expect(await codeOf(() => younger.lock(o3))).toBe('EINVAL'); // acquire_more
      younger.unlockAll();
      expect(await codeOf(() => younger.lock(o3))).toBe('EINVAL'); // acquire_wrong
      expect(await codeOf(() => younger.lockSlow(o3))).toBe('EINVAL');
      older.unlockAll();
      expect(await codeOf(() => younger.lockSlow(o2))).toBe('S'); // normal_slow
      expect(findings).toEqual([]);
    }));
});

describe('three ways to have it', () => {
  const take = async (space: Space, names: readonly string[]): Promise<void> => {
    const locks = names.map((name) => wwLock(space, name));
    using taker = ticket(space, { rule: 'plain' });
    for (const lock of locks) await taker.lock(lock);
    taker.unlockAll();
    for (const lock of locks) lock.dispose();
  };
  const found = async (debug: NonNullable<SpaceOptions['debug']>, ...orders: string[][]): Promise<number> => {
    await using space = Space.create({ limits: smallLimits, debug });
    let count = 0;
    space.on('validator', () => count++);
    for (const order of orders) await take(space, order);
    return count;
  };

  test('plain finds nothing, checked reports, observing says what it saw', async () => {
    expect(await found({}, ['A', 'B'], ['B', 'A'])).toBe(0);
    expect(await found({ validateLocks: true }, ['A', 'B'], ['B', 'A'])).toBe(1);
    await using space = Space.create({ limits: smallLimits, debug: { validateLocks: 'observe' } });
    let count = 0;
    space.on('validator', () => count++);
    for (const order of [
      ['A', 'B', 'C'],
      ['B', 'A'],
    ])
      await take(space, order);
    expect(count).toBe(0);
    expect(lockOrder(space)).toEqual([
      ['A', 'B'],
      ['A', 'C'],
      ['B', 'A'],
      ['B', 'C'],
    ]);
  });

  test('the checked one accepts the table of the observing one, and reports what contradicts it at first sight', async () => {
    await using space = Space.create({ limits: smallLimits, debug: { validateLocks: 'observe' } });
    await take(space, ['A', 'B', 'C']);
    const order = JSON.parse(JSON.stringify(lockOrder(space)));
    expect(await found({ validateLocks: true, lockOrder: order }, ['A', 'B', 'C'], ['B', 'C'])).toBe(0);
    expect(await found({ validateLocks: true, lockOrder: order }, ['C', 'A'])).toBe(1);
  });

  test('a table with a cycle is refused', () => {
    const lockOrder = [
      ['A', 'B'],
      ['B', 'A'],
    ] as const;
    expect(() => Space.create({ debug: { validateLocks: true, lockOrder } })).toThrow(
      'The table lockOrder has a cycle: B -> A -> B.',
    );
  });
});

describe('a report', () => {
  test('takes no label for a class of the validator', () =>
    validated(({ lock, takePlain, findings }) => {
      takePlain(lock('fence'), lock('reservation'));
      takePlain(lock('reclaim'), lock('fence'), lock('also', { class: 'also' }));
      expect(findings).toEqual([]);
    }));

  test('says who holds the lock now', () =>
    validated(({ lock, ticket, takePlain, findings }) => {
      const [a, b] = [lock('A'), lock('B')];
      takePlain(a, b);
      const holder = ticket({ rule: 'plain' });
      expect(holder.tryLock(a)).toBe(true);
      const taker = ticket({ rule: 'plain' });
      taker.lockSync(b);
      expect(() => taker.lockSync(a)).toThrow(/this very thread/);
      expect(findings[0]?.heldBy).toBe('ticket 0 of thread 0');
      expect(findings[0]?.message).toMatch(/- Now '.*' is held by ticket 0 of thread 0\./);
    }));

  test('names per party its ticket, what it holds and takes, and where; and the closed cycle', () =>
    validated(({ lock, takePlain, findings }) => {
      const [a, b] = [lock('A'), lock('B')];
      takePlain(a, b);
      takePlain(b, a);
      const [{ message, parties, cycle } = expect.fail()] = findings;
      expect(cycle).toEqual(['B', 'A', 'B']);
      expect(parties.map(({ holds, takes, agent }) => [holds, takes, agent])).toEqual([
        ['B', 'A', 0],
        ['A', 'B', 0],
      ]);
      for (const { takenAt, waitsAt, ticket } of parties) {
        expect(ticket).toBeGreaterThanOrEqual(0);
        expect(takenAt).toMatch(/lock\/validated\.ts:\d+:\d+$/);
        expect(waitsAt).toMatch(/lock\/validated\.ts:\d+:\d+$/);
      }
      expect(message).toMatch(/^'A' is taken while 'B' is held, and elsewhere it is the other way round/);
      expect(message).toMatch(/- Ticket \d+ of thread 0 holds 'A' \(first at .*\), and takes 'B' at .*\./);
      expect(message).toMatch(/- The closed cycle: B -> A -> B\.$/);
    }));

  test('that more classes are there than fit is one, and what does not fit is not checked', () =>
    validated(({ lock, takePlain, findings }) => {
      const [a, b] = [lock('A'), lock('B')];
      expect(kindsOf(findings)).toEqual(['classes']);
      takePlain(a, b);
      takePlain(b, a);
      expect(findings).toHaveLength(1);
    }, 4));
});
