/** Transformed code does what the code as written does. */
import { check } from 'fenceline/check';
import { expect, test } from 'vitest';
import { parts } from './scenarios/closures.scenario.ts';

test('closures and spreads give under the explorer what they give without it', async () => {
  const words = new Int32Array(new SharedArrayBuffer(32));
  const plain = JSON.parse(JSON.stringify(parts.map((part) => part(words)))) as unknown;
  const { outcomes, isComplete } = await check(new URL('./scenarios/closures.scenario.ts', import.meta.url));
  expect(isComplete).toBe(true);
  expect([...outcomes.keys()].map((text) => JSON.parse(text))).toEqual([{ all: plain, again: plain }]);
});
