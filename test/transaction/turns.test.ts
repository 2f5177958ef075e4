/** Jobs that were submitted before a transaction have their place in the order first; nobody waits for that with locks in hand. */
import { expect, test } from 'vitest';
import { withSpace } from '../space/with-space.ts';

test('a transaction that waits for the turn of a job holds nothing that others need', () =>
  withSpace({}, async (space) => {
    using x = space.buffer('u8', [4]);
    using y = space.buffer('u8', [4]);
    await x.set([1, 1, 1, 1]);
    await y.set([2, 2, 2, 2]);
    let hasX = (): void => {};
    const xIsHeld = new Promise<void>((resolve) => (hasX = resolve));
    // The oldest has y, and will want x.
    const first = space.transaction(
      async (tx) => {
        await tx.lock(y);
        await xIsHeld;
        await tx.lock(x);
      },
      { timeoutMs: 5000 },
    );
    // A job waits for y; a younger transaction has x, and wants y after the job.
    const read = y.get({ timeoutMs: 5000 });
    const second = space.transaction(
      async (tx) => {
        await tx.lock(x);
        hasX();
        await tx.lock(y);
      },
      { timeoutMs: 5000 },
    );
    await first;
    expect([...(await read)]).toEqual([2, 2, 2, 2]);
    await second;
  }));
