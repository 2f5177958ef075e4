// Moves amounts between accounts, from a thread of its own: synchronously or not, as it is told.
import { parentPort, workerData } from 'node:worker_threads';
import { type SharedBuffer, Space } from 'fenceline';

interface Order {
  readonly space: Parameters<typeof Space.join>[0];
  readonly accounts: readonly { readonly kind: string }[];
  readonly seed: number;
  readonly count: number;
  readonly isSync: boolean;
}

const { space: handle, accounts: handles, seed, count, isSync } = workerData as Order;
const space = Space.join(handle);
const accounts = handles.map((account) => space.open<SharedBuffer<'i32', readonly [number]>>(account));

let state = seed;
function random(limit: number): number {
  state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
  return Math.floor((state / 0x80000000) * limit);
}

let runs = 0;
for (let transfer = 0; transfer < count; transfer++) {
  const from = accounts[random(accounts.length)];
  const to = accounts[random(accounts.length)];
  if (from === undefined || to === undefined || from === to) continue;
  const amount = 1 + random(20);
  if (isSync) {
    space.transactionSync((tx) => {
      runs++;
      const debit = tx.edit(from);
      const credit = tx.edit(to);
      if ((debit.data[0] ?? 0) < amount) return;
      debit.data[0] = (debit.data[0] ?? 0) - amount;
      credit.data[0] = (credit.data[0] ?? 0) + amount;
    });
  } else {
    await space.transaction(async (tx) => {
      runs++;
      const [debit, credit] = await Promise.all([tx.edit(from), tx.edit(to)]);
      if ((debit.data[0] ?? 0) < amount) return;
      debit.data[0] = (debit.data[0] ?? 0) - amount;
      credit.data[0] = (credit.data[0] ?? 0) + amount;
    });
  }
}
for (const account of accounts) account.dispose();
await space.close();
parentPort?.postMessage(runs);
