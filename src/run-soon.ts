/** Calls `fn` from the event loop, unless it is disposed of before. */
import { disposeKey } from './base/dispose.ts';
import { queueTask } from './cells/task.ts';

export function runSoon(fn: () => void): Disposable {
  let isOff = false;
  queueTask(() => {
    if (!isOff) fn();
  });
  return {
    [disposeKey]: () => {
      isOff = true;
    },
  };
}
