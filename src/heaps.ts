/** The names of heaps. */
import { fail } from './base/errors.ts';
import type { Core } from './core.ts';

/** The number of the first heap of the list. Outcomes: the number, or ENOENT naming the one that does not exist. */
export function checkHeaps(core: Core, heaps: readonly string[]): number {
  for (const name of heaps) {
    if (core.heapNames.includes(name)) continue;
    fail('ENOENT', `There is no heap '${name}' in this space: it has ${core.heapNames.join(', ')}.`, { kind: 'heap' });
  }
  const first = heaps[0];
  return first === undefined ? 0 : core.heapNames.indexOf(first);
}
