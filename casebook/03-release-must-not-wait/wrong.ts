/** A reference is dropped in an interrupt. It is the last one, and releasing the object takes a mutex. */
import { Space } from 'fenceline';
import { atomic, ticket, wwLock } from 'fenceline/sync';
import type { Run } from '../exhibit.ts';

export const run: Run = async (report) => {
  await using space = Space.create({ debug: { validateLocks: true } });
  using _ = space.on('validator', ({ message }) => report(message));
  using device = wwLock(space, 'device mutex');
  let references = 2;

  const release = (): void => {
    using holder = ticket(space, { rule: 'plain' });
    holder.lockSync(device); // to take the object out of the device's list
    holder.unlockAll();
  };
  const put = (): void => {
    references--;
    if (references === 0) release();
  };
  const onInterrupt = (): void => put(); // the fence is signalled, and with it goes its reference

  put(); // the operation ends first; mostly the fence does, and then nothing is released in an interrupt
  atomic(space, onInterrupt);
};
