/**
 * Threads that do what they are told, all at once: a command word, a number, and a count of those who are done, on raw
 * Atomics, so that no candidate's own way of waking is part of another's time. Not here: what the commands mean.
 */
import { once } from 'node:events';
import { Worker, workerData } from 'node:worker_threads';

const COMMAND = 0;
const OPERATIONS = 1;
const DONE = 2;
/** Commands are numbered on: the low bits say which, the rest that it is a new one. */
const kinds = 16;
const quit = 0;

export interface Crew {
  readonly workers: readonly Worker[];
  /** What each answered when it was ready. */
  readonly answers: readonly unknown[];
  readonly orders: Int32Array;
}

interface Post {
  readonly orders: Int32Array;
  readonly index: number;
  readonly data: unknown;
}

/** Starts `count` threads of a module of `threads/` and waits until each has called `serveOrders`. */
export async function startCrew(module: string, count: number, data: unknown): Promise<Crew> {
  const orders = new Int32Array(new SharedArrayBuffer(64));
  const workers = Array.from({ length: count }, (_, index) => {
    const post: Post = { orders, index, data };
    return new Worker(new URL(`./threads/${module}.js`, import.meta.url), { workerData: post });
  });
  const answers = await Promise.all(workers.map(async (worker) => (await once(worker, 'message'))[0]));
  return { workers, answers, orders };
}

/** All threads begin `kind` (1 to 15) now. */
export function order({ orders }: Crew, kind: number, operations: number): void {
  Atomics.store(orders, OPERATIONS, operations);
  Atomics.store(orders, DONE, 0);
  Atomics.store(orders, COMMAND, ((Atomics.load(orders, COMMAND) & ~(kinds - 1)) + kinds) | kind);
  Atomics.notify(orders, COMMAND);
}

/** Blocks until all threads have done what they were ordered to. */
export function waitForAll({ orders, workers }: Crew): void {
  for (;;) {
    const done = Atomics.load(orders, DONE);
    if (done === workers.length) return;
    Atomics.wait(orders, DONE, done);
  }
}

export async function dismiss(crew: Crew): Promise<void> {
  order(crew, quit, 0);
  await Promise.all(crew.workers.map((worker) => worker.terminate()));
}

/** In a thread: what `startCrew` was given, and which thread this is. */
export function posted<T>(): { readonly data: T; readonly index: number } {
  return workerData as Post & { readonly data: T };
}

/** In a thread: does what is ordered until it is told to quit. */
export async function serveOrders(work: (kind: number, operations: number) => void | Promise<void>): Promise<void> {
  const { orders } = workerData as Post;
  let last = 0;
  for (;;) {
    Atomics.wait(orders, COMMAND, last);
    const command = Atomics.load(orders, COMMAND);
    if (command === last) continue;
    last = command;
    if ((command & (kinds - 1)) === quit) return;
    await work(command & (kinds - 1), Atomics.load(orders, OPERATIONS));
    Atomics.add(orders, DONE, 1);
    Atomics.notify(orders, DONE);
  }
}
