/** What a table makes of buffers that came back, and of those that did not. */
import { expect, test } from 'vitest';
import { bandCount, bandOf, FEW, MANY, ONCE, ReturnTable, startOf } from '#fenceline/memory/policy/return-table.js';

const last = bandCount - 1;

test('an age is in the band that starts at or before it', () => {
  for (let band = 0; band < bandCount; band++) {
    expect([bandOf(startOf(band)), bandOf(startOf(band), band)]).toEqual([band, band]);
    if (band > 0) expect(bandOf(startOf(band) * 0.999)).toBe(band - 1);
  }
  expect(bandOf(1e9)).toBe(last);
});

test('before it has seen anything, what is overdue is as far away as it has been idle, and the rest one interval', () => {
  const table = new ReturnTable();
  expect(table.distanceOf(MANY, 0)).toBeCloseTo(1, 0);
  for (let band = bandOf(4); band < bandCount - 8; band++) {
    const share = table.distanceOf(MANY, band) / startOf(band);
    expect(share).toBeGreaterThan(0.5);
    expect(share).toBeLessThan(2);
  }
});

test('what comes back in its first band is near, and of no worth once it has passed it', () => {
  const table = new ReturnTable();
  for (let i = 0; i < 400; i++) {
    if (i % 2 === 0) table.noteReturn(ONCE, 0);
    else for (let band = 0; band < bandCount; band++) table.notePass(ONCE, band);
  }
  const before = table.distanceOf(ONCE, 0);
  table.learn();
  expect(table.distanceOf(ONCE, 0)).toBeLessThan(before);
  expect(table.distanceOf(ONCE, 4)).toBeGreaterThan(10 * table.distanceOf(ONCE, 0));
});

test('one kind learns nothing from another, and what was long ago counts less', () => {
  const table = new ReturnTable();
  const untouched = table.distanceOf(FEW, 3);
  for (let i = 0; i < 1000; i++) table.notePass(MANY, 3);
  table.learn();
  const passing = table.distanceOf(MANY, 3);
  expect(table.distanceOf(FEW, 3)).toBe(untouched);
  for (let i = 0; i < 1000; i++) table.noteReturn(MANY, 3);
  table.learn();
  expect(table.distanceOf(MANY, 3)).toBeLessThan(passing / 2);
});
