/** The n-th allocation fails, for every n until there is none: memory, or a slot of a table, once or until the call is over. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { withMix } from './any-allocation.ts';
import type { Refused } from './refusals.ts';

const folder = mkdtempSync(join(tmpdir(), 'fenceline-refused-'));
afterAll(() => rmSync(folder, { recursive: true }));

const kinds: readonly Refused[] = ['room once', 'room', 'a slot'];

test.each([
  ['memory', {}, undefined],
  ['a file', {}, join(folder, 'swap')],
  ['memory, always contended', { debug: { contend: 'always' } }, undefined],
  ['memory, evicted whenever anything is needed', { debug: { evict: 'always', poison: true } }, undefined],
] as const)('every allocation may fail, swapped to %s', (_, options, file) =>
  withMix(options, file, async (mix) => {
    for (const kind of kinds) {
      const codes = new Set<string>();
      // How often a mix asks differs by what other threads do meanwhile.
      for (let nth = 0, asked = 1; nth < asked; nth++) {
        const mixed = await mix(kind, nth);
        asked = mixed.asked;
        for (const code of mixed.codes) codes.add(code);
        if (nth >= asked) console.log(`${kind}: ${asked} times, ${[...codes].join(', ')}`);
      }
      expect([...codes].filter((code) => code !== 'EINPUT')).toEqual(
        { 'room once': [], room: ['ENOMEM'], 'a slot': ['ENOSPC'] }[kind],
      );
    }
  }),
);
