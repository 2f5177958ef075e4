/**
 * The libraries that `rows/tiny-jobs.ts` compares, behind one face. Each runs the same function on the same shared memory:
 * the others get views of SharedArrayBuffers, the cheapest arguments there are for them that leave the result in place.
 */
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import * as comlink from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import { MiB, Space, workers } from 'fenceline';
import { Piscina } from 'piscina';
import * as threads from 'threads';
import workerpool from 'workerpool';
import type kernels from './threads/add.kernels.ts';
import type { AddTask } from './threads/add.ts';

export interface Contender {
  readonly name: string;
  /** Adds source to target of one pair. */
  readonly run: (pair: number) => PromiseLike<unknown>;
  /** Copies of all targets. */
  readonly targets: () => Promise<readonly Uint8Array[]>;
  readonly close: () => Promise<unknown>;
}

type Open = (threadCount: number, sources: readonly Uint8Array[]) => Promise<Contender>;

export const fencelinePool: Open = async (count, sources) => {
  const space = Space.create({ budgetBytes: MiB });
  const pool = await workers<typeof kernels>(space, urlOf('add.kernels'), { count });
  const pairs = sources.map((bytes) => ({
    source: space.buffer('u8', [bytes.length]),
    target: space.buffer('u8', [bytes.length]),
  }));
  await Promise.all(pairs.map(({ source }, pair) => source.set(sources[pair] ?? [])));
  return {
    name: 'ours',
    run: (pair) => pool.run.add(pairs[pair] as (typeof pairs)[number]).wait(),
    targets: () => Promise.all(pairs.map(({ target }) => target.get())),
    close: () => space.close(),
  };
};

export const piscinaPool: Open = async (count, sources) => {
  const pool = new Piscina({ filename: urlOf('add-piscina').href, minThreads: count, maxThreads: count });
  const tasks = sources.map(taskOf);
  return {
    name: 'piscina',
    run: (pair) => pool.run(tasks[pair]),
    targets: async () => tasks.map(targetOf),
    close: () => pool.destroy(),
  };
};

export const workerpoolPool: Open = async (count, sources) => {
  const options = { minWorkers: count, maxWorkers: count, workerType: 'thread' } as const;
  const pool = workerpool.pool(fileURLToPath(urlOf('add-workerpool')), options);
  const tasks = sources.map(taskOf);
  return {
    name: 'workerpool',
    run: (pair) => {
      const { source, target } = tasks[pair] as AddTask;
      return pool.exec('add', [source, target]);
    },
    targets: async () => tasks.map(targetOf),
    close: async () => pool.terminate(),
  };
};

type Add = (source: Uint8Array, target: Uint8Array) => Promise<void>;

export const threadsPool: Open = async (count, sources) => {
  const pool = threads.Pool(() => threads.spawn<{ add: Add }>(new threads.Worker('./threads/add-threads.js')), count);
  const tasks = sources.map(taskOf);
  return {
    name: 'threads',
    run: (pair) => {
      const { source, target } = tasks[pair] as AddTask;
      return pool.queue((thread) => thread.add(source, target));
    },
    targets: async () => tasks.map(targetOf),
    close: () => pool.terminate(),
  };
};

/** Comlink has no pool: pairs are dealt out to the threads. */
export const comlinkPool: Open = async (count, sources) => {
  const started = Array.from({ length: count }, () => new Worker(urlOf('add-comlink')));
  const remotes = started.map((worker) => comlink.wrap<{ add: Add }>(nodeEndpoint(worker)));
  const tasks = sources.map(taskOf);
  return {
    name: 'comlink',
    run: (pair) => {
      const { source, target } = tasks[pair] as AddTask;
      return (remotes[pair % count] as (typeof remotes)[number]).add(source, target);
    },
    targets: async () => tasks.map(targetOf),
    close: () => Promise.all(started.map((worker) => worker.terminate())),
  };
};

function taskOf(bytes: Uint8Array): AddTask {
  const source = new Uint8Array(new SharedArrayBuffer(bytes.length));
  source.set(bytes);
  return { source, target: new Uint8Array(new SharedArrayBuffer(bytes.length)) };
}

function targetOf({ target }: AddTask): Uint8Array {
  return target.slice();
}

function urlOf(name: string): URL {
  return new URL(`./threads/${name}.js`, import.meta.url);
}
