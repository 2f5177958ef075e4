/** Memory and slots that run out at any moment: at some of the moments. `any-allocation.long.test.ts` takes all of them. */
import { expect, test } from 'vitest';
import { withMix } from './any-allocation.ts';

const step = 17;

test('whoever is refused memory or a slot fails as documented, or finds other, and nothing else changes', () =>
  withMix({}, undefined, async (mix) => {
    for (const kind of ['room once', 'room', 'a slot'] as const) {
      const { asked, codes } = await mix(kind, Number.POSITIVE_INFINITY);
      expect([codes, asked > 2 * step], kind).toEqual([[], true]);
      const seen = new Set<string>();
      for (let nth = 3; nth < asked; nth += step) for (const code of (await mix(kind, nth)).codes) seen.add(code);
      // A look that finds no room is followed by another.
      expect([...seen], kind).toEqual({ 'room once': [], room: ['ENOMEM'], 'a slot': ['ENOSPC'] }[kind]);
    }
  }));
