/** What the benchmarks use of packages whose own types cannot be found from an ES module. */
declare module 'comlink/dist/esm/node-adapter.mjs' {
  import type { MessagePort, Worker } from 'node:worker_threads';
  import type { Endpoint } from 'comlink';
  export default function nodeEndpoint(endpoint: Worker | MessagePort): Endpoint;
}
declare module 'threads' {
  export interface Queue<T> {
    queue<R>(task: (thread: T) => Promise<R>): PromiseLike<R>;
    terminate(): Promise<void>;
  }
  export class Worker {
    /** Relative to the file that calls. */
    constructor(path: string);
  }
  export function spawn<T>(worker: Worker): Promise<T>;
  export function Pool<T>(start: () => Promise<T>, size: number): Queue<T>;
}
declare module 'threads/worker' {
  export function expose(functions: object): void;
}
