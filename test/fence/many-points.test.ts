/** However many points went through a sync object, the next one costs the same; and how many may be pending. */
import { Space } from 'fenceline';
import { syncObject, timeline } from 'fenceline/sync';
import { expect, test } from 'vitest';
import { pointsPerSyncObject } from '#fenceline/base/limits.js';
import { isLong } from '../lengths.ts';
import { addMany, chunksInUse } from './many-points.ts';

test.each([1, 100, 5000])('points go through one object in flat memory, %i of them pending', (behind) =>
  addMany(isLong ? 100_000 : 40_000, behind),
);

test('so many points may be pending as the limit says, in the memory of a default space', async () => {
  const space = Space.create({ budgetBytes: 2 ** 20 });
  const line = timeline(space, 'line');
  const object = syncObject(space, 'object');
  for (let point = 1; point <= pointsPerSyncObject; point++) object.replace(line.issue(), point);
  const refused = expect.objectContaining({
    code: 'ENOSPC',
    details: expect.objectContaining({ limit: 'pointsPerSyncObject' }),
  });
  expect(() => object.replace(line.issue(), pointsPerSyncObject + 1)).toThrow(refused);
  expect([object.query(), object.query({ submitted: true })]).toEqual([0, pointsPerSyncObject]);
  line.signal();
  expect(object.query()).toBe(pointsPerSyncObject);
  object.replace(line.issue(), pointsPerSyncObject + 2);
  // What is over was left out.
  expect(chunksInUse(space)).toBe(1);
  object.reset();
  expect(chunksInUse(space)).toBe(0);
  await space.close();
});
