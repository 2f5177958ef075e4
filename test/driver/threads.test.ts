/** Exporters and importers on different threads: hooks run where the memory is exported, and each side may stop. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Handle, Space } from 'fenceline';
import { attach } from 'fenceline/driver';
import { expect, test } from 'vitest';
import { withSpace } from '../space/with-space.ts';
import { camera, locked, moveTo, settled } from './camera.ts';
import type { Frame, Order, Reply } from './partner.agent.ts';

const agent = new URL('../../build/test/driver/partner.agent.js', import.meta.url);

async function start(space: Space): Promise<Worker> {
  const worker = new Worker(agent, { workerData: space.handle });
  await once(worker, 'message');
  return worker;
}

async function ask(worker: Worker, what: Order['do'], frame?: Handle<Frame>): Promise<Reply> {
  worker.postMessage({ do: what, ...(frame === undefined ? {} : { frame }) } satisfies Order);
  const [reply] = await once(worker, 'message');
  return reply as Reply;
}

async function leave(worker: Worker): Promise<void> {
  worker.postMessage({ do: 'leave' } satisfies Order);
  await once(worker, 'exit');
}

const handleOf = (frame: unknown): Handle<Frame> => (frame as Frame).handle;

/** Asks until the answer is as wanted: what is rung about takes a moment. */
async function until(worker: Worker, what: Order['do'], wanted: (result: never) => boolean): Promise<unknown> {
  const end = performance.now() + 10_000;
  for (;;) {
    const { result } = await ask(worker, what);
    if (wanted(result as never) || performance.now() > end) return result;
  }
}

test('an importer on another thread maps, is told of a move, and maps again', () =>
  withSpace({}, async (space) => {
    const made = camera(space, {
      attach: (_, { name }) => made.log.push(`attach ${name}`),
      detach: (_, { name }) => made.log.push(`detach ${name}`),
    });
    const worker = await start(space);
    expect(await ask(worker, 'attach', handleOf(made.frame))).toEqual({ result: true });
    // The exporter hears of it with the first request.
    expect(made.log).toEqual([]);
    expect(await ask(worker, 'map')).toEqual({ result: { base: 0x1000 } });
    expect(await ask(worker, 'look')).toEqual({ result: { isStale: false, told: 0, move: 'function' } });
    await moveTo(space, made, made, 0x9000);
    await settled(() => made.log.includes('unmap 1000'));
    expect(await until(worker, 'look', ({ told }: { told: number }) => told === 1)).toMatchObject({
      isStale: true,
      told: 1,
    });
    expect(await ask(worker, 'map')).toEqual({ result: { base: 0x9000 } });
    await ask(worker, 'unmap');
    await settled(() => made.log.includes('unmap 9000'));
    await ask(worker, 'detach');
    await settled(() => made.log.includes('detach display'));
    expect(made.log).toEqual([
      'attach display',
      'map display update',
      'unmap 1000',
      'map display update',
      'unmap 9000',
      'detach display',
    ]);
    await leave(worker);
    made.frame.dispose();
    await settled(() => made.log.includes(`release ${made.frame.id}`));
    expect(made.log.at(-1)).toBe(`release ${made.frame.id}`);
  }));

test('a static importer on another thread pins; when it stops, nothing is pinned, mapped or attached', () =>
  withSpace({}, async (space) => {
    let pins = 0;
    const made = camera(space, {
      pin: async () => void pins++,
      unpin: () => void pins--,
      detach: (_, { name }) => made.log.push(`detach ${name}`),
    });
    const worker = await start(space);
    await ask(worker, 'attach static', handleOf(made.frame));
    expect(await ask(worker, 'map')).toEqual({ result: { base: 0x1000 } });
    expect(pins).toBe(1);
    await expect(moveTo(space, made, made, 0x2000)).rejects.toMatchObject({
      code: 'EBUSY',
      details: { by: 'agent 1' },
    });
    await worker.terminate();
    await settled(() => made.log.includes('detach disk'));
    expect(made.log).toEqual(['map disk update', 'unmap 1000', 'detach disk']);
    await moveTo(space, made, made, 0x2000);
    made.frame.dispose();
  }));

test('an exporter that stops: what was mapped is stale, and nothing is mapped again', () =>
  withSpace({}, async (space) => {
    const worker = await start(space);
    const { result } = await ask(worker, 'export');
    using frame = space.open(result as Handle<Frame>);
    const link = attach(frame, { name: 'display', invalidate: () => {} });
    expect(await locked(space, frame, (tx) => link.map(tx))).toEqual({ base: 0x7000 });
    await expect(
      space.transaction((tx) => frame.moving(tx, async () => space.fence(Promise.resolve()))),
    ).rejects.toMatchObject({
      code: 'EINVAL',
    });
    await worker.terminate();
    await settled(() => link.isStale);
    await expect(locked(space, frame, (tx) => link.map(tx))).rejects.toMatchObject({ code: 'EOWNERDEAD' });
    link.dispose();
  }));

test('an exporter that stops while it is asked: the request fails', () =>
  withSpace({}, async (space) => {
    const worker = await start(space);
    const { result } = await ask(worker, 'export');
    using frame = space.open(result as Handle<Frame>);
    const link = attach(frame, { name: 'display', invalidate: () => {} });
    const stopping = worker.terminate();
    const outcomes = await locked(space, frame, async (tx) => {
      const codes = new Set<string>();
      for (let round = 0; round < 1000 && !codes.has('EOWNERDEAD'); round++) {
        codes.add(
          await link.map(tx).then(
            () => 'mapped',
            (error: { code: string }) => error.code,
          ),
        );
      }
      return codes;
    });
    expect(outcomes).toContain('EOWNERDEAD');
    for (const outcome of outcomes) expect(['mapped', 'EOWNERDEAD']).toContain(outcome);
    await stopping;
    link.dispose();
  }));

test('an exporter that leaves in good order is gone in the same way', () =>
  withSpace({}, async (space) => {
    const worker = await start(space);
    const { result } = await ask(worker, 'export');
    using frame = space.open(result as Handle<Frame>);
    const link = attach(frame, { name: 'display', invalidate: () => {} });
    await locked(space, frame, (tx) => link.map(tx));
    await leave(worker);
    expect(link.isStale).toBe(true);
    await expect(locked(space, frame, (tx) => link.map(tx))).rejects.toMatchObject({ code: 'EOWNERDEAD' });
    link.dispose();
  }));

test('a hook that serves another thread takes no locks', () =>
  withSpace({}, async (space) => {
    using other = space.buffer('u8', [1]);
    const made = camera(space, {
      map: async (_buffer, tx) => {
        await tx.lock(other);
        return { base: 1 };
      },
    });
    const worker = await start(space);
    await ask(worker, 'attach', handleOf(made.frame));
    expect(await ask(worker, 'map')).toMatchObject({ code: 'EDEADLK' });
    await leave(worker);
    made.frame.dispose();
  }));

test('what refuses an importer on another thread comes with its first map', () =>
  withSpace({}, async (space) => {
    const made = camera(space, { isRevocable: true });
    const worker = await start(space);
    expect(await ask(worker, 'attach static', handleOf(made.frame))).toEqual({ result: true });
    expect(await ask(worker, 'map')).toMatchObject({ code: 'EINVAL' });
    await leave(worker);
    made.frame.dispose();
  }));
