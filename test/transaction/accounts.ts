/** Accounts to move amounts between: what tests of transactions are about. */
import type { FencelineError, SharedBuffer, Space, Transaction } from 'fenceline';
import { expect } from 'vitest';

export type Account = SharedBuffer<'i32', readonly [number]>;

export async function account(space: Space, amount: number): Promise<Account> {
  const buffer: Account = space.buffer('i32', [1]);
  await buffer.set([amount]);
  return buffer;
}

export async function amounts(accounts: readonly Account[]): Promise<number[]> {
  return Promise.all(accounts.map(async (one) => (await one.get())[0] ?? Number.NaN));
}

export function total(amounts: readonly number[]): number {
  return amounts.reduce((sum, one) => sum + one, 0);
}

/** Takes first, gives then; what would go below zero is refused after both. */
export async function move(tx: Transaction, from: Account, to: Account, amount: number): Promise<void> {
  const debit = await tx.edit(from);
  debit.data[0] = (debit.data[0] ?? 0) - amount;
  const credit = await tx.edit(to);
  credit.data[0] = (credit.data[0] ?? 0) + amount;
  if ((debit.data[0] ?? 0) < 0) throw new Error('refused');
}

export async function errorOf(work: Promise<unknown>): Promise<FencelineError> {
  return work.then(
    () => expect.fail('It did not fail.'),
    (error: unknown) => error as FencelineError,
  );
}
