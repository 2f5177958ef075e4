/** Two drivers. A calls back under the lock of its fences; B asks for a callback, and is called, under its own. */
import { Space } from 'fenceline';
import { ticket, type WwLock, wwLock } from 'fenceline/sync';
import type { Run } from '../exhibit.ts';

export const run: Run = async (report) => {
  await using space = Space.create({ debug: { validateLocks: true } });
  using _ = space.on('validator', ({ message }) => report(message));
  using fencesOfA = wwLock(space, 'fences of A');
  using deviceB = wwLock(space, 'device B');
  const withLock = (lock: WwLock, fn: () => void): void => {
    using holder = ticket(space, { rule: 'plain' }); // as a mutex
    holder.lockSync(lock);
    fn();
    holder.unlockAll();
  };

  // Driver A
  const callbacks: (() => void)[] = [];
  const addCallback = (callback: () => void): void => withLock(fencesOfA, () => void callbacks.push(callback));
  const signal = (): void =>
    withLock(fencesOfA, () => {
      for (const callback of callbacks.splice(0)) callback(); // under the lock
    });

  // Driver B
  let finished = 0;
  const onFence = (): void => withLock(deviceB, () => finished++);
  const submit = (): void => withLock(deviceB, () => addCallback(onFence));

  submit();
  signal();
  if (finished !== 1) report('The callback of B was not called.');
};
