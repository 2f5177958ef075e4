/** A worker that no pool started: joins the page's space, makes a pool of its own there, and stops in a transaction. */
import { type Handle, type SharedBuffer, Space, workers } from 'fenceline';
import type kernels from './kernels.ts';

/** What the page posts to it, once. */
export interface Invitation {
  readonly space: Handle<Space>;
  readonly account: Handle<SharedBuffer<'i32', readonly [1]>>;
  readonly rounds: Int32Array;
}

globalThis.addEventListener('message', (event) => void visit((event as MessageEvent<Invitation>).data), { once: true });

async function visit(invitation: Invitation): Promise<void> {
  const space = Space.join(invitation.space);
  const account = space.open(invitation.account);
  const pool = await workers<typeof kernels>(space, () => openCounting(invitation.rounds), { count: 1 });
  pool.run.spin({ out: space.buffer('i32', [1]) });
  while (Atomics.load(invitation.rounds, 0) === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  space.transactionSync((tx) => {
    tx.edit(account).data[0] = -1;
    globalThis.postMessage('inside');
    const end = performance.now() + 60_000;
    while (performance.now() < end);
  });
}

function openCounting(rounds: Int32Array): Worker {
  const worker = new Worker(new URL('./kernels.ts', import.meta.url), { type: 'module' });
  worker.postMessage({ rounds });
  return worker;
}
