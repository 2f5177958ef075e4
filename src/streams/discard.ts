// Ends what nobody took: cancels it if it is work, disposes it if it holds something.

/** Calls `fn` for each, also after one throws. Outcomes: nothing; throws the first error. */
import { asyncDisposeKey, disposeKey } from '../base/dispose.ts';
export function forEachToTheEnd<T>(items: Iterable<T>, fn: (item: T) => void): void {
  let failure: { readonly error: unknown } | undefined;
  for (const item of items) {
    try {
      fn(item);
    } catch (error) {
      failure ??= { error };
    }
  }
  if (failure) throw failure.error;
}

/** Cancels a job, a stream or another thing that can be cancelled, then disposes it if it can be disposed. */
export async function discard(value: unknown): Promise<void> {
  if (typeof value !== 'object' || value === null) return;
  const { cancel, [disposeKey]: dispose, [asyncDisposeKey]: asyncDispose } = value as Discardable;
  try {
    if (typeof cancel === 'function') await cancel.call(value);
  } finally {
    if (typeof dispose === 'function') dispose.call(value);
    else if (typeof asyncDispose === 'function') await asyncDispose.call(value);
  }
}

interface Discardable {
  readonly cancel?: unknown;
  readonly [disposeKey]?: unknown;
  readonly [asyncDisposeKey]?: unknown;
}
