/** A million points through one sync object. */
import { test } from 'vitest';
import { addMany } from './many-points.ts';

test.each([10, 1000])('a million points go through one object in flat memory, %i of them pending', (behind) =>
  addMany(1_000_000, behind),
);
