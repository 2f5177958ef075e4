/** Handing a frame to a worker, which touches every page, and getting it back. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Pool, SharedBuffer } from 'fenceline';
import { MiB, Space, workers } from 'fenceline';
import { giveTurn } from '../limits/hand-over.ts';
import type { Candidate } from '../rounds.ts';
import { costRow, interleave, timedAsync } from '../rounds.ts';
import type { Row, Scale } from '../row.ts';
import type { HandOverData } from '../threads/hand-over.ts';
import type kernels from '../threads/touch.kernels.ts';
import { pageBytes } from '../threads/touch.kernels.ts';

type Frame = SharedBuffer<'u8', readonly [number]>;

const parameters = {
  smoke: { rounds: 2, warmups: 1, frameBytes: 4 * MiB, cheap: 5, transfers: 5, clones: 1 },
  full: { rounds: 31, warmups: 3, frameBytes: 64 * MiB, cheap: 10, transfers: 5, clones: 1 },
};

export default async function rows(scale: Scale): Promise<readonly Row[]> {
  const { rounds, warmups, frameBytes, cheap, transfers, clones } = parameters[scale];
  const space = Space.create({ budgetBytes: 2 * frameBytes });
  const pool = await workers<typeof kernels>(space, new URL('../threads/touch.kernels.js', import.meta.url), {
    count: 1,
  });
  const buffer = space.buffer('u8', [frameBytes]);
  await buffer.set(new Uint8Array(frameBytes));
  const flag = new Int32Array(new SharedArrayBuffer(64));
  const frame = new Uint8Array(new SharedArrayBuffer(frameBytes));
  const byTurns = await startThread({ frame, flag });
  const byMessages = await startThread({});
  const measured = await interleave(
    [
      { name: 'ours, sync', run: () => timesOver(cheap, ours(pool, buffer, true), () => firstOf(buffer)) },
      { name: 'ours, async', run: () => timesOver(cheap, ours(pool, buffer, false), () => firstOf(buffer)) },
      {
        name: 'raw',
        run: () =>
          timesOver(
            cheap,
            () => giveTurn(flag),
            () => frame[0] ?? 0,
          ),
      },
      posted('transfer', byMessages, frameBytes, transfers, true),
      posted('clone', byMessages, frameBytes, clones, false),
    ],
    rounds,
    warmups,
  );
  await Promise.all([byTurns.terminate(), byMessages.terminate(), space.close()]);
  const label = `${frameBytes / MiB} MiB to a worker and back`;
  const sync = `${label}, waitSync`;
  const async = `${label}, wait`;
  return [
    costRow(measured, 'ours, sync', 'raw', { what: sync, against: 'hand-made Atomics', goal: { atMost: 1.2 } }),
    costRow(measured, 'ours, sync', 'transfer', { what: sync, against: 'transfer', goal: { atLeast: 10 } }),
    costRow(measured, 'ours, sync', 'clone', { what: sync, against: 'structured clone', goal: { atLeast: 500 } }),
    costRow(measured, 'ours, async', 'raw', { what: async, against: 'hand-made Atomics' }),
    costRow(measured, 'ours, async', 'transfer', { what: async, against: 'transfer', goal: { atLeast: 10 } }),
    costRow(measured, 'ours, async', 'clone', { what: async, against: 'structured clone', goal: { atLeast: 500 } }),
  ];
}

/** Once there and back through a job. */
function ours(pool: Pool<typeof kernels>, buffer: Frame, isSync: boolean): () => void | Promise<void> {
  return () => {
    const job = pool.run.touchFrame({ frame: buffer });
    return isSync ? job.waitSync() : job.wait();
  };
}

function firstOf(buffer: Frame): number {
  const mapping = buffer.mapSync('read');
  const first = mapping.data[0] ?? 0;
  mapping.dispose();
  return first;
}

/** Does it `count` times. The result is that every turn left its mark. */
function timesOver(
  count: number,
  once: () => void | Promise<void>,
  firstByte: () => number,
): ReturnType<Candidate['run']> {
  const before = firstByte();
  return timedAsync(count, async () => {
    for (let i = 0; i < count; i++) {
      const waiting = once();
      if (waiting !== undefined) await waiting;
    }
  }).then((timed) => ({ ...timed, result: (firstByte() - before - count) & 255 }));
}

function posted(name: string, worker: Worker, frameBytes: number, count: number, isTransferred: boolean): Candidate {
  let frame = new Uint8Array(frameBytes);
  const turn = async (): Promise<void> => {
    worker.postMessage({ frame, isTransferred }, isTransferred ? [frame.buffer] : []);
    frame = (await once(worker, 'message'))[0];
    if (frame.length !== frameBytes || frame[0] !== frame[frameBytes - pageBytes])
      throw new Error('The frame is broken.');
  };
  return { name, run: () => timesOver(count, turn, () => frame[0] ?? 0) };
}

async function startThread(data: HandOverData): Promise<Worker> {
  const worker = new Worker(new URL('../threads/hand-over.js', import.meta.url), { workerData: data });
  await once(worker, 'message');
  return worker;
}
