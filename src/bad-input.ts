/** What types say at compile time, said again where a call comes from JavaScript: a mistake is an error there and then. */
import { fail } from './base/errors.ts';

/** Outcomes: nothing, or EINVAL. What is no function would throw later, from the event loop, where nobody catches. */
export function checkCallback(fn: unknown, argument: string): void {
  if (typeof fn === 'function') return;
  fail('EINVAL', `The ${argument} (${typeof fn}) is not a function.`, { argument });
}

/** What an iterable holds. Outcomes: the list, or EINVAL. */
export function listOf<T>(values: Iterable<T>, argument: string): readonly T[] {
  const isList = typeof values === 'object' && values !== null && Symbol.iterator in values;
  return isList ? [...values] : fail('EINVAL', `The ${argument} (${typeof values}) are not a list.`, { argument });
}
