/** The reference goes when the fence is over, in a callback that the event loop calls: the interrupt only signals. */
import { Space } from 'fenceline';
import { atomic, ticket, timeline, wwLock } from 'fenceline/sync';
import type { Run } from '../exhibit.ts';

export const run: Run = async (report) => {
  await using space = Space.create({ debug: { validateLocks: true } });
  using _ = space.on('validator', ({ message }) => report(message));
  using device = wwLock(space, 'device mutex');
  using work = timeline(space, 'work');
  let references = 2;

  const release = async (): Promise<void> => {
    using holder = ticket(space, { rule: 'plain' });
    await holder.lock(device);
    holder.unlockAll();
  };
  const put = async (): Promise<void> => {
    references--;
    if (references === 0) await release();
  };

  const fence = work.issue();
  const released = new Promise<void>((resolve, reject) => {
    fence.onSettled(() => put().then(resolve, reject));
  });
  await put(); // the operation is over
  atomic(space, () => work.signal()); // the interrupt
  if (references !== 1) report('The reference of the fence was dropped in the interrupt.');
  await released;
  if (references !== 0) report('The reference of the fence was never dropped.');
};
