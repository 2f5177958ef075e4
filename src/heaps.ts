/** The names of heaps, and whether a buffer is where it is wanted: nothing moves from one heap to another yet. */
import { fail } from './base/errors.ts';
import { heapOf } from './buffer/buffer.ts';
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

/** Outcomes: nothing if the buffer's memory is from one of these heaps, or none is named; ENOENT, EINVAL. */
export function checkPlace(
  core: Core,
  { buffer, label }: { readonly buffer: number; readonly label: string },
  heaps: readonly string[],
): void {
  checkHeaps(core, heaps);
  const name = core.heapNames[heapOf(core.agent, buffer)] ?? 'system';
  if (heaps.length === 0 || heaps.includes(name)) return;
  const sentence = `Buffer '${label}' is in heap '${name}', and is wanted in ${heaps.join(' or ')}: moving buffers between heaps does not exist yet.`;
  fail('EINVAL', `${sentence} Hint: make it with the option heaps: ['${heaps[0]}'].`, { argument: 'heaps' });
}
