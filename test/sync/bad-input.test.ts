/** Mistakes that types find, made from JavaScript: an error where they are made, and nothing changed. */
import { Fence, FencelineError } from 'fenceline';
import { fencedChunks, implicit, syncFile, syncObject, timeline, waitPoints, waitPointsSync } from 'fenceline/sync';
import { expect, test } from 'vitest';
import { accounting } from '../space/accounting.ts';
import { withSpace } from '../space/with-space.ts';

/** A value of every wrong kind, for the compiler the right one. */
const wrong = [undefined, null, 5, 'x', {}, () => 0] as readonly unknown[] as readonly never[];

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return error instanceof FencelineError ? error.code : String(error);
  }
  return 'accepted';
}

test('what is no function is refused where it is given, not when it would be called', () =>
  withSpace({}, async (space) => {
    using line = timeline(space, 'line');
    using object = syncObject(space, 'object');
    using buffer = space.buffer('u8', [1]);
    const fence = line.issue();
    const { timelines } = accounting(space);
    for (const fn of wrong.filter((one) => typeof one !== 'function')) {
      const codes = [
        codeOf(() => fence.onSettled(fn)),
        codeOf(() => object.onPoint(1, fn)),
        codeOf(() => implicit(buffer).onReady('read', fn)),
        fn === undefined ? 'EINVAL' : codeOf(() => timeline(space, 'hooked', { onFirstWait: fn })),
        fn === undefined ? 'EINVAL' : codeOf(() => timeline(space, 'hooked', { onDeadline: fn })),
      ];
      expect(codes, String(fn)).toEqual(codes.map(() => 'EINVAL'));
    }
    expect(accounting(space).timelines).toBe(timelines);
  }));

test('what is no fence, file, object or list is refused by every call that takes one', () =>
  withSpace({}, async (space) => {
    using line = timeline(space, 'line');
    using object = syncObject(space, 'object');
    using file = syncFile(line.issue(), 'file');
    for (const value of wrong) {
      const codes = [
        codeOf(() => Fence.all([value])),
        codeOf(() => Fence.all(value)),
        codeOf(() => Fence.any(space, [value])),
        codeOf(() => syncFile(value)),
        codeOf(() => file.merge(value)),
        codeOf(() => object.replace(value)),
        codeOf(() => object.transfer(value)),
        codeOf(() => waitPointsSync([{ object: value }])),
        codeOf(() => waitPointsSync([value])),
        codeOf(() => waitPointsSync(value)),
        codeOf(() => line.fail(value, 'why')),
        codeOf(() => implicit(value)),
      ];
      // A number is a point of its timeline: 5 was not issued.
      expect(codes, String(value)).toEqual(codes.map(() => 'EINVAL'));
      await expect(Fence.race([value])).rejects.toMatchObject({ code: 'EINVAL' });
      await expect(waitPoints([value])).rejects.toMatchObject({ code: 'EINVAL' });
      await expect(fencedChunks(space, value).next()).rejects.toMatchObject({ code: 'EINVAL' });
    }
    expect([line.completed, object.isEmpty, file.status]).toEqual([0, true, 'pending']);
  }));
