/** What a real Linux kernel answered, we answer too: a part of the recorded traces. All of them: fixtures.long.test.ts. */
import { describe, expect, test } from 'vitest';
import { replayed, traces } from './traces.ts';

/** Of the generated traces every so manyth sequence; of the hand-written one all. */
const step = 12;

describe('traces of a real kernel', () => {
  test('are nine', () => {
    expect(traces).toHaveLength(9);
  });

  test.each(traces)('%s replays: every answer is the same, or an exception explains it', async (trace) => {
    const { results, failures, compared, excepted } = await replayed(trace, trace.startsWith('directed') ? 1 : step);
    expect(failures).toEqual([]);
    expect(results.length).toBeGreaterThan(15);
    expect(excepted / compared).toBeLessThan(0.03);
  });
});
