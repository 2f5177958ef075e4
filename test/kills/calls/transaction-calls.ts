/** Transactions, with everything that a body may call. */
import type { KilledCall } from '../call.ts';
import { spyOn } from '../spy.ts';

export const transactionCalls: Readonly<Record<string, KilledCall>> = {
  'transaction that reads': {
    prepare:
      ({ space, photo }) =>
      () =>
        space.transaction(async (tx) => (await spyOn('Transaction', tx).read(photo)).data[0]),
  },
  'transaction that edits two': {
    prepare:
      ({ space, photo, paper }) =>
      () =>
        space.transaction(async (tx) => {
          spyOn('Transaction', tx);
          (await tx.edit(photo)).data.fill(2);
          (await tx.edit(paper)).data.fill(2);
        }),
  },
  'transaction behind a lock': {
    hindrance: 'lock',
    prepare:
      ({ space, photo, paper }) =>
      () =>
        space.transaction(async (tx) => {
          await tx.lock(paper);
          (await tx.edit(photo)).data.fill(2);
        }),
  },
  'transaction behind a mapping': {
    hindrance: 'mapping',
    prepare:
      ({ space, photo }) =>
      () =>
        space.transaction(async (tx) => void (await tx.edit(photo)).data.fill(2)),
  },
  'transaction that locks, places and adds a fence': {
    prepare:
      ({ space, photo, paper, later }) =>
      () =>
        space.transaction(async (tx) => {
          spyOn('Transaction', tx);
          await tx.lock(photo, paper);
          await tx.place(photo, ['system']);
          tx.addFence(photo, later, 'write');
        }),
  },
  'transaction that rolls back': {
    prepare:
      ({ space, photo, paper }) =>
      () =>
        space.transaction(async (tx) => {
          spyOn('Transaction', tx);
          (await tx.edit(photo)).data.fill(2);
          const before = tx.savepoint();
          (await tx.edit(paper)).data.fill(2);
          tx.rollback(before);
        }),
  },
  'transaction that throws': {
    prepare:
      ({ space, photo }) =>
      () =>
        space
          .transaction(async (tx) => {
            (await tx.edit(photo)).data.fill(2);
            throw new Error('no');
          })
          .catch(() => {}),
  },
  transactionSync: {
    prepare:
      ({ space, photo, paper }) =>
      () =>
        space.transactionSync((tx) => {
          tx.edit(photo).data.fill(2);
          tx.edit(paper).data.set(tx.read(photo).data);
        }),
  },
  'transactionSync behind a lock': {
    hindrance: 'lock',
    prepare:
      ({ space, photo }) =>
      () =>
        space.transactionSync((tx) => void tx.edit(photo).data.fill(2)),
  },
};
