// A sliding window over a stream of things that hold memory. It owns them, so a film of any length needs memory for one window.
import { disposeKey } from '../base/dispose.ts';
import { fail } from '../base/errors.ts';
import { forEachToTheEnd } from './discard.ts';

/**
 * For each item, the window from `before` items earlier to `after` items later, in order. Ends repeat the first and the last item,
 * so every window has `before + 1 + after` items and there are as many windows as items.
 *
 * The window owns its items: each is disposed exactly once, when the next window is asked for and the item is not in it, before the
 * source is asked for another; when the loop is left or fails, all that are held are disposed. Jobs that were submitted on a buffer
 * before it is disposed still run; code that is not submitted yet must not keep an item past its windows.
 *
 * @param before Items before the one in the middle, from 0.
 * @param after Items after it, from 0; so many are read ahead.
 * Outcomes: windows in order; the error of the source, at once, or of a dispose; throws EINVAL at the call for a negative or
 * fractional number of items.
 */
export function windows<T extends Disposable>(
  source: AsyncIterable<T>,
  before: number,
  after: number,
): AsyncGenerator<readonly T[], void, void> {
  checkCount('before', before);
  checkCount('after', after);
  return slide(source, before, after);
}

async function* slide<T extends Disposable>(
  source: AsyncIterable<T>,
  before: number,
  after: number,
): AsyncGenerator<readonly T[], void, void> {
  const iterator = source[Symbol.asyncIterator]();
  /** The items from index `first` of the source on. */
  const held: T[] = [];
  let first = 0;
  let hasEnded = false;
  let hasFailed = true;
  try {
    for (let middle = 0; ; middle++) {
      if (first < middle - before) {
        first++;
        held.shift()?.[disposeKey]();
      }
      while (!hasEnded && first + held.length <= middle + after) {
        // Set meanwhile, because a source that throws has ended and is not asked to end again.
        hasEnded = true;
        const step = await iterator.next();
        hasEnded = step.done === true;
        if (!step.done) held.push(step.value);
      }
      if (middle >= first + held.length) break;
      hasFailed = false;
      yield windowAround(middle - first, held, before, after);
      hasFailed = true;
    }
    hasFailed = false;
  } finally {
    await end(held, hasEnded ? undefined : iterator, hasFailed);
  }
}

/** The window around `held[middle]`; places before the first and after the last repeat it. */
function windowAround<T>(middle: number, held: readonly T[], before: number, after: number): readonly T[] {
  return Array.from({ length: before + 1 + after }, (_, place) => {
    const at = Math.min(Math.max(middle - before + place, 0), held.length - 1);
    // Proof of the cast: at is an index of held, which is not empty.
    return held[at] as T;
  });
}

/** Disposes everything and ends the source; an error that is under way already is not replaced by one of these. */
async function end<T extends Disposable>(
  held: readonly T[],
  iterator: AsyncIterator<T> | undefined,
  hasFailed: boolean,
): Promise<void> {
  try {
    try {
      forEachToTheEnd(held, (item) => item[disposeKey]());
    } finally {
      await iterator?.return?.();
    }
  } catch (error) {
    if (!hasFailed) throw error;
  }
}

function checkCount(name: string, count: number): void {
  if (Number.isSafeInteger(count) && count >= 0) return;
  fail('EINVAL', `The number of items ${name} the middle of a window (${count}) is not an integer from 0.`, {
    argument: name,
  });
}
