/** A buffer that the body of a transaction disposes of stays until the transaction is over, and then goes. */
import { expect, test } from 'vitest';
import { withSpace } from '../space/with-space.ts';

test('a buffer disposed of under a transaction’s lock goes with the transaction', () =>
  withSpace({}, async (space) => {
    const buffer = space.buffer('u8', [64]);
    await buffer.set(new Uint8Array(64));
    let turns = 0;
    await space.transaction(async (tx) => {
      const { data } = await tx.edit(buffer);
      buffer.dispose();
      data[0] = 1;
      // The event loop goes round meanwhile: nobody polls for the lock.
      await new Promise((resolve) => setTimeout(resolve, 5));
      turns++;
    });
    expect(turns).toBe(1);
    expect(() => buffer.like()).toThrow(/disposed/);
  }));
