/** Fences as values: over from the start, described, kept from being forgotten. */
import { Fence, FencelineError, Space } from 'fenceline';
import { syncFile, syncObject, timeline } from 'fenceline/sync';
import { describe, expect, test } from 'vitest';
import { codeNumber } from '#fenceline/base/errors.js';
import { coreOf } from '#fenceline/space.js';
import { accounting } from '../space/accounting.ts';
import { smallLimits, withSpace } from '../space/with-space.ts';

const foreign = (errno: number) => new FencelineError('EIO', 'The device says no.', { errno });

describe('a fence that is over from the start', () => {
  test('is done, has no points, and is so everywhere', () =>
    withSpace({}, async (space) => {
      const over = Fence.over(space);
      expect([over.status, over.points, over.describe()]).toEqual(['done', [], "Fence 'over' is done"]);
      await over.wait();
      over.hold()[Symbol.dispose]();
      expect(space.open(over.handle).status).toBe('done');
    }));

  test('or is failed, with its own words here and its number elsewhere', () =>
    withSpace({}, async (space) => {
      const errors = [foreign(71), foreign(71), foreign(125), new FencelineError('ENODEV', 'Lost.', { device: 'gpu' })];
      const fences = errors.map((error) => Fence.over(space, error as FencelineError));
      expect(fences.map(({ error }) => error?.code)).toEqual(['EIO', 'EIO', 'ECANCELED', 'ENODEV']);
      expect(fences[0]?.error).toBe(errors[0]);
      expect(fences[1]?.error).toBe(errors[1]);
      expect(fences[3]?.points).toMatchObject([{ timeline: 'over', status: 'failed', error: { code: 'ENODEV' } }]);
      expect(() => fences[3]?.waitSync()).toThrow('Lost.');
      // Another thread knows the number alone.
      const other = Space.create({ budgetBytes: 4096, limits: smallLimits });
      const handle = { ...(fences[0]?.handle as object), space: (other.handle as unknown as { id: number }).id };
      expect(other.open<Fence>(handle as never).error).toMatchObject({ code: 'EIO', details: { errno: 71 } });
      await other.close();
    }));

  test('fails whatever it is merged into, and what carries it', () =>
    withSpace({}, async (space) => {
      using line = timeline(space, 'line');
      using object = syncObject(space, 'object');
      const [bad, worse, good] = [
        Fence.over(space, foreign(71) as FencelineError),
        Fence.over(space, foreign(72) as FencelineError),
        line.issue(),
      ];
      const all = Fence.all([Fence.over(space), good, bad, worse, bad]);
      expect(all.status).toBe('pending');
      line.signal();
      expect(all.error?.details).toEqual({ errno: 71 });
      expect(space.open(all.handle).error?.details).toEqual({ errno: 71 });
      object.replace(bad);
      expect((await object.submitted()).error?.details).toEqual({ errno: 71 });
      using buffer = space.buffer('u8', [4]);
      buffer.set(new Uint8Array(4));
      await buffer.get();
    }));

  test('cannot be forged with a number that no error has', () =>
    withSpace({}, async (space) => {
      const good = structuredClone(Fence.over(space, foreign(9) as FencelineError).handle) as unknown as {
        points: object[];
      };
      for (const generation of [0, 4096, codeNumber('EUNKNOWN') + 1]) {
        const forged = { ...good, points: [{ ...good.points[0], generation }] };
        expect(() => space.open(forged as never)).toThrow(/does not exist/);
      }
    }));
});

describe('holding', () => {
  test('keeps outcomes exactly while slots are used again, and no longer', () =>
    withSpace({ limits: { timelines: 3 } }, async (space) => {
      const line = timeline(space, 'line');
      const fences = [line.issue(), line.issue(), line.issue()] as const;
      line.fail(1, foreign(71));
      line.signal(2);
      const copies = fences.map((fence) => space.open(structuredClone(fence.handle)));
      const holds = copies.map((copy) => copy.hold());
      line.close(foreign(5));
      line.dispose();
      for (let use = 0; use < 20; use++) timeline(space, 'another').dispose();
      const look = () => fences.map((fence) => space.open(fence.handle));
      expect(look().map(({ status }) => status)).toEqual(['failed', 'done', 'failed']);
      expect(look().map(({ error }) => error?.details)).toEqual([{ errno: 71 }, undefined, { errno: 5 }]);
      for (const hold of holds) {
        expect(accounting(space).timelines).toBe(1);
        hold[Symbol.dispose]();
        hold[Symbol.dispose]();
      }
      expect(accounting(space).timelines).toBe(0);
      for (let use = 0; use < 20; use++) timeline(space, 'another').dispose();
      // What this thread let fail itself, it still knows; of the rest only that it knows no more.
      expect(look().map(({ error }) => error?.code)).toEqual(['EIO', 'EUNKNOWN', 'EUNKNOWN']);
      const late = look()[1]?.hold();
      expect(accounting(space).timelines).toBe(0);
      late?.[Symbol.dispose]();
    }));

  test('a hold of one fence leaves the holds of others of the same timeline', () =>
    withSpace({}, async (space) => {
      using line = timeline(space, 'line');
      const fence = line.issue();
      const first = fence.hold();
      const second = Fence.all([fence, line.issue()]).hold();
      first[Symbol.dispose]();
      line.signal();
      line.dispose();
      expect(space.open(fence.handle).status).toBe('done');
      second[Symbol.dispose]();
    }));

  test('holding what jobs owe, and nothing at all, costs nothing', () =>
    withSpace({}, async (space) => {
      const promise = space.fence(Promise.resolve());
      promise.hold()[Symbol.dispose]();
      Fence.all([]).hold()[Symbol.dispose]();
      await promise.wait();
    }));
});

describe('sync objects', () => {
  test('that are disposed of let go at once of the timelines of their points', () =>
    withSpace({}, async (space) => {
      const line = timeline(space, 'line');
      const [first, second] = [syncObject(space, 'first'), syncObject(space, 'second')];
      for (const object of [first, second]) object.replace(line.issue());
      // Looks through them all, and finds both there.
      using third = syncObject(space, 'third');
      line.dispose();
      expect([accounting(space).timelines, third.isEmpty]).toEqual([1, true]);
      first.dispose();
      second.dispose();
      expect(accounting(space).timelines).toBe(0);
    }));
});

describe('a merge', () => {
  test('fails if an earlier point of a timeline fails after merging, for who opens its handle and in what carries it too', () =>
    withSpace({}, async (space) => {
      using line = timeline(space, 'line');
      using object = syncObject(space, 'object');
      using other = syncObject(space, 'other');
      const [first, second] = [line.issue(), line.issue()];
      using alone = syncFile(first);
      using later = syncFile(second);
      using file = alone.merge(later);
      expect(
        file.leaves.map(({ seqno }) => seqno),
        'listed as in Linux',
      ).toEqual([2]);
      object.replace(first, 1);
      object.replace(second, 2);
      other.transfer(object, { fromPoint: 2, point: 7 });
      const fences = [Fence.all([first, second]), object.peek(2) as Fence, other.peek(7) as Fence, file.fence];
      using opened = space.open(file.handle);
      const merged = [...fences, ...fences.map((fence) => space.open(fence.handle)), opened.fence];
      line.fail(1, foreign(5));
      expect(new Set(merged.map(({ status }) => status))).toEqual(new Set(['pending']));
      line.signal(2);
      expect(merged.map((fence) => fence.error?.code)).toEqual(merged.map(() => 'EIO'));
      expect(file.leaves.map(({ seqno }) => seqno)).toEqual([1, 2]);
    }));

  test('of a merge of a merge, twenty thousand deep, is as flat as one', () =>
    withSpace({}, async (space) => {
      using line = timeline(space, 'line');
      let all = Fence.all([line.issue()]);
      for (let count = 1; count < 20_000; count++) all = Fence.all([all, line.issue()]);
      line.signal();
      expect(all.status).toBe('done');
    }));

  test('of jobs keeps their words, however deep it is', () =>
    withSpace({}, async (space) => {
      const broken = space.fence(Promise.reject(new Error('the lamp')), 'lamp');
      const all = Fence.all([Fence.all([space.fence(Promise.resolve()), Fence.all([broken])])]);
      await all.settled();
      expect(all.error).toBe(broken.error);
    }));
});

describe('describing', () => {
  test('says how each point stands and who owes it', () =>
    withSpace({}, async (space) => {
      using render = timeline(space, 'render');
      using display = timeline(space, 'display');
      const all = Fence.all([render.issue(), display.issue()]);
      display.fail(1, foreign(71));
      const { index } = coreOf(space).agent;
      expect(all.describe()).toBe(
        `Fence 'all' is pending: render 1 pending (Timeline render is signalled by agent ${index} (this thread).), display 1 EIO`,
      );
      render.signal();
      expect(all.describe()).toBe("Fence 'all' is failed (EIO): render 1 done, display 1 EIO");
      expect(accounting(space).timelines).toBe(2);
    }));

  test('of ten thousand points says the first few', () =>
    withSpace({}, async (space) => {
      using line = timeline(space, 'line');
      const lines = Array.from({ length: 20 }, (_, index) => timeline(space, `line ${index}`));
      const text = Fence.all([line.issue(), ...lines.map((one) => one.issue())]).describe();
      expect(text).toContain('line 6 1 pending');
      expect(text).toMatch(/and 13 more$/);
      for (const one of lines) one.dispose();
    }));
});
