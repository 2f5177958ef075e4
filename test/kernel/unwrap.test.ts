/**
 * The cases of Linux's own suite of unwrapping (st-dma-fence-unwrap), over the public API. An array is a fence of several points, which
 * holds them by timeline; a chain is what a sync object holds; a sync file lists both as Linux does. Fences are made in the order of their
 * timelines, as contexts there.
 */
import { Fence } from 'fenceline';
import { type SyncFile, syncFile, syncObject, type Timeline, timeline } from 'fenceline/sync';
import { describe, expect, test } from 'vitest';
import { withSpace } from '../space/with-space.ts';

interface World {
  /** Fences of timelines of their own: f1, f2. */
  readonly f1: Fence;
  readonly f2: Fence;
  readonly lines: readonly Timeline[];
  /** A file of what a sync object holds after these fences were added as points; 0: put in instead of what was there. */
  readonly chain: (...links: readonly (readonly [Fence, number])[]) => SyncFile;
  readonly file: (fence: Fence) => SyncFile;
}

function withFences(body: (world: World) => void): Promise<void> {
  return withSpace({}, async (space) => {
    const lines = [1, 2].map((number) => timeline(space, `c${number}`));
    const [f1, f2] = lines.map((line) => line.issue()) as [Fence, Fence];
    const made: Disposable[] = [];
    const keep = <T extends Disposable>(one: T): T => {
      made.push(one);
      return one;
    };
    const chain: World['chain'] = (...links) => {
      const object = keep(syncObject(space, 'chain'));
      for (const [fence, point] of links) object.replace(fence, point);
      return keep(object.exportFile());
    };
    body({ f1, f2, lines, chain, file: (fence) => keep(syncFile(fence)) });
    for (const one of [...made, ...lines]) one[Symbol.dispose]();
  });
}

function listOf(file: SyncFile): readonly string[] {
  return file.leaves.map(({ timeline: name, seqno }) => `${name}#${seqno}`);
}

describe('dma-fence-unwrap', () => {
  test('sanitycheck: a chain of an array of one', () =>
    withFences(({ f1, chain }) => {
      expect(listOf(chain([Fence.all([f1]), 1]))).toEqual(['c1#1']);
    }));

  test('unwrap_array: an array of two lists both and nothing else', () =>
    withFences(({ f1, f2, file }) => {
      expect(listOf(file(Fence.all([f1, f2])))).toEqual(['c1#1', 'c2#1']);
    }));

  test('unwrap_chain: a link after a plain fence lists both', () =>
    withFences(({ f1, f2, chain }) => {
      expect(listOf(chain([f1, 0], [f2, 1]))).toEqual(['c2#1', 'c1#1']);
    }));

  test('unwrap_chain_array: a link with an array lists its members', () =>
    withFences(({ f1, f2, chain }) => {
      expect(listOf(chain([Fence.all([f1, f2]), 1]))).toEqual(['c1#1', 'c2#1']);
    }));

  test('unwrap_merge: a merge lists both', () =>
    withFences(({ f1, f2, file }) => {
      using merged = file(f1).merge(file(f2));
      expect(listOf(merged)).toEqual(['c1#1', 'c2#1']);
    }));

  test('unwrap_merge_duplicate: a fence merged with itself is listed once', () =>
    withFences(({ f1, file }) => {
      using merged = file(f1).merge(file(f1));
      expect(listOf(merged)).toEqual(['c1#1']);
    }));

  test('unwrap_merge_seqno: of one timeline the later stays, and timelines are in order', () =>
    withFences(({ f1, f2, lines, file }) => {
      const later = (lines[1] as Timeline).issue();
      using both = file(f2).merge(file(later));
      using merged = both.merge(file(f1));
      expect(listOf(merged)).toEqual(['c1#1', 'c2#2']);
    }));

  test('unwrap_merge_order: an array merged with a chain lists each once, in order', () =>
    withFences(({ f1, f2, file, chain }) => {
      using merged = file(Fence.all([f1, f2])).merge(chain([f1, 1], [f2, 2]));
      expect(listOf(merged)).toEqual(['c1#1', 'c2#1']);
    }));

  test('unwrap_merge_complex: merges of merges are flat, and what is over is left out', () =>
    withFences(({ f1, f2, file, chain }) => {
      using f3 = file(f1).merge(file(f2));
      using f5 = f3.merge(file(Fence.all([f2, f1])));
      using merged = f5.merge(chain([Fence.all([]), 0]));
      expect(listOf(merged)).toEqual(['c1#1', 'c2#1']);
    }));

  test('unwrap_merge_complex_seqno: of two arrays the later of each timeline stays', () =>
    withFences(({ f1, f2, lines, file }) => {
      const [c1, c2] = lines as [Timeline, Timeline];
      const f4 = c2.issue();
      const late = c1.issue();
      using merged = file(Fence.all([late, f2])).merge(file(Fence.all([f1, f4])));
      expect(listOf(merged)).toEqual(['c1#2', 'c2#2']);
    }));
});
