/** Waiting for points of sync objects: what a wait hints, and which it names first. */
import { Space } from 'fenceline';
import { syncObject, timeline, waitPoints } from 'fenceline/sync';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

let space: Space;
beforeEach(() => {
  space = Space.create({ budgetBytes: 2 ** 16 });
});
afterEach(() => space.close({ abort: true }));

describe('a deadline of a wait', () => {
  test('reaches whoever signals, also where the wait gives up at once', async () => {
    const told: number[][] = [];
    const line = timeline(space, 'line', { onDeadline: (atMs, upTo) => told.push([atMs, upTo]) });
    const object = syncObject(space, 'object');
    object.replace(line.issue());
    object.replace(line.issue(), 3);
    const wait = waitPoints([{ object, point: 3 }], { timeoutMs: 0, deadlineMs: 1234.5 });
    await expect(wait).rejects.toMatchObject({ code: 'ETIME' });
    expect(told.at(-1)).toEqual([1234.5, 2]);
  });

  test('is not told where nothing has to be waited for', async () => {
    const told: number[] = [];
    const line = timeline(space, 'line', { onDeadline: (atMs) => told.push(atMs) });
    const [pending, over] = [syncObject(space, 'pending'), syncObject(space, 'over', { signaled: true })];
    pending.replace(line.issue());
    const entries = [{ object: pending }, { object: over }];
    expect(await waitPoints(entries, { any: true, deadlineMs: 1 })).toBe(1);
    expect(told).toEqual([]);
  });

  test('that is no number is refused', async () => {
    const entries = [{ object: syncObject(space, 'object', { signaled: true }) }];
    await expect(waitPoints(entries, { deadlineMs: Number.NaN })).rejects.toMatchObject({
      code: 'EINVAL',
      message: 'The deadline (NaN) is not a number of milliseconds since 1970.',
    });
  });
});

test('of several that one call makes ready, a wait for any names the first of its own', async () => {
  const [first, second] = [syncObject(space, 'first'), syncObject(space, 'second')];
  const wait = waitPoints([{ object: first }, { object: second }], { any: true, forSubmit: true });
  second.signal();
  first.signal();
  expect(await wait).toBe(0);
});
