// Waiting that ends when the run does. A pipeline may be stuck in an await that knows nothing of the signal (a read from
// a terminal, say); these put the signal beside it, so that Ctrl-C does not depend on the pipeline's manners.
import { startTimer } from '../cells/clock.ts';

/** Settles as `work` does, or rejects with the signal's reason as soon as it is aborted. */
export function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

/** Resolves when `work` has settled, however it did, or after `patienceMs`. */
export function settledWithin(work: Promise<unknown>, patienceMs: number): Promise<void> {
  return new Promise<void>((resolve) => {
    const timer = startTimer(patienceMs, resolve);
    const over = () => {
      timer.stop();
      resolve();
    };
    work.then(over, over);
  });
}

/** The same pieces, ending with the signal's reason once it is aborted, even while a piece is awaited. */
export async function* untilAborted<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T, void, void> {
  const iterator = source[Symbol.asyncIterator]();
  let isOver = false;
  try {
    for (;;) {
      const step = await orAborted(iterator.next(), signal);
      if (step.done) {
        isOver = true;
        return;
      }
      yield step.value;
    }
  } catch (error) {
    isOver = !signal.aborted; // what threw has ended by itself; what was left behind must be told
    throw error;
  } finally {
    // Not awaited: a source that is stuck would hold the run for as long as it is.
    if (!isOver) Promise.resolve(iterator.return?.()).catch(() => {});
  }
}
