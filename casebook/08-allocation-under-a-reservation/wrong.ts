/** Submitting allocates with reservations held; completing takes one of them on the way to its signal. Nothing is stuck yet. */
import { Space } from 'fenceline';
import { mightAllocate, signalling, timeline, wwLock } from 'fenceline/sync';
import type { Run } from '../exhibit.ts';

export const run: Run = async (report) => {
  await using space = Space.create({ debug: { validateLocks: true } });
  space.on('validator', ({ message }) => report(message));
  using frame = space.buffer('u8', [64], { label: 'frame' });
  using pageTables = wwLock(space, 'page tables');
  using queue = timeline(space, 'queue');

  // Submitting: the page tables need memory. Whoever makes room for it may have to wait for fences.
  space.transactionSync((tx) => {
    tx.lock(frame);
    tx.lock(pageTables);
    mightAllocate(space);
  });
  queue.issue();

  // Completing: others wait for this fence, and it waits for the page tables.
  signalling(space, () => {
    space.transactionSync((tx) => tx.lock(pageTables));
    queue.signal();
  });
};
