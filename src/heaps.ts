/** The names of heaps, and the lists of them that users give. */
import { fail } from './base/errors.ts';
import { P_FIRST, P_USED } from './base/layout.ts';
import { load } from './cells/cell.ts';
import type { Core } from './core.ts';
import { heapAt } from './memory/block-chain.ts';
import { isClosedHeap } from './memory/device-heap.ts';
import { HEAP_SWAP, heapsNamedMax, kindOfHeap, placesMax, residenceOf } from './memory/residence.ts';

/**
 * The numbers of the heaps of a list, in its order. Outcomes: the numbers; ENOENT names a heap that does not exist; EINVAL
 * for one that is named twice, that only takes what is swapped out, or one too many.
 */
export function heapsOf(core: Core, names: readonly string[]): readonly number[] {
  if (names.length === 0) return [];
  if (names.length > placesMax) {
    fail('EINVAL', `The number of heaps (${names.length}) in the list is more than one may name (${placesMax}).`, {
      argument: 'heaps',
    });
  }
  return names.map((name, at) => {
    if (names.indexOf(name) !== at) fail('EINVAL', `The heap '${name}' is named twice.`, { argument: 'heaps' });
    return heapNamed(core, name);
  });
}

/** The number of a heap. Outcomes: the number; ENOENT, EINVAL. */
export function heapNamed(core: Core, name: string): number {
  const heap = core.heapNames.indexOf(name);
  if (heap < 0) {
    fail('ENOENT', `There is no heap '${name}' in this space: it has ${core.heapNames.join(', ')}.`, { kind: 'heap' });
  }
  if (heap >= heapsNamedMax || kindOfHeap(core.agent, heap) === HEAP_SWAP) {
    fail('EINVAL', `The heap '${name}' only takes what is swapped out: no buffer can be used in it.`, {
      argument: 'heaps',
    });
  }
  return heap;
}

/** The name of the heap that holds a buffer's memory; undefined if it has none. */
export function residenceName(core: Core, buffer: number): string | undefined {
  const heap = residenceOf(core.agent, buffer);
  return heap < 0 ? undefined : core.heapNames[heap];
}

/** A heap that is there. */
export interface HeapThere {
  readonly heap: number;
  readonly name: string;
}

/** All heaps, for reports: also those of devices of other threads, which have a number here; not those of devices that are gone. */
export function heapsThere({ agent, heapNames }: Core): readonly HeapThere[] {
  const found: HeapThere[] = [];
  for (let heap = 0; heap < agent.layout.limits.heaps; heap++) {
    const at = heapAt(agent, heap);
    if (load(agent.words, at + P_FIRST) === 0) continue;
    if (isClosedHeap(agent, heap) && load(agent.words, at + P_USED) === 0) continue;
    found.push({ heap, name: heapNames[heap] ?? `heap ${heap}` });
  }
  return found;
}
