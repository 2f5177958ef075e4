/** Implicit fences between threads: whoever adds may leave or stop, and several add at once. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Space } from 'fenceline';
import { implicit, timeline } from 'fenceline/sync';
import { expect, test } from 'vitest';
import { expectAgents } from '../space/accounting.ts';
import { withSpace } from '../space/with-space.ts';
import type { Order } from './importer.agent.ts';

const agent = new URL('../../build/test/sync/importer.agent.js', import.meta.url);

async function start(space: Space): Promise<Worker> {
  const worker = new Worker(agent, { workerData: space.handle });
  await once(worker, 'message');
  return worker;
}

async function ask(worker: Worker, order: Order): Promise<unknown> {
  worker.postMessage(order);
  const [answer] = await once(worker, 'message');
  return answer;
}

async function leave(worker: Worker, { handle: buffer }: { readonly handle: Order['buffer'] }): Promise<void> {
  worker.postMessage({ do: 'leave', buffer });
  await once(worker, 'exit');
}

test('what another thread added is waited for, and fails when that thread stops', () =>
  withSpace({}, async (space) => {
    using buffer = space.buffer('u8', [4]);
    await buffer.set([1, 2, 3, 4]);
    const worker = await start(space);
    await ask(worker, { do: 'own', buffer: buffer.handle, usage: 'write' });
    expect(implicit(buffer).points).toMatchObject([{ usage: 'write', seqno: 1, status: 'pending' }]);
    using file = implicit(buffer).exportFile('read');
    const read = buffer.get();
    await expect(buffer.get({ timeoutMs: 10 })).rejects.toMatchObject({ code: 'ETIME' });
    await worker.terminate();
    expect(await file.fence.settled({ timeoutMs: 20_000 })).toMatchObject({
      status: 'failed',
      error: { code: 'EOWNERDEAD' },
    });
    // Work that was added orders those who come after; what became of it is for them to ask.
    expect([...(await read)]).toEqual([1, 2, 3, 4]);
    expect(implicit(buffer).isReady('write')).toBe(true);
  }));

test('who stops after it added a point of another thread takes nothing of it along', () =>
  withSpace({}, async (space) => {
    using buffer = space.buffer('u8', [4]);
    using line = timeline(space, 'ours');
    const fence = line.issue();
    const worker = await start(space);
    await ask(worker, { do: 'theirs', buffer: buffer.handle, fence: fence.handle, usage: 'read' });
    await worker.terminate();
    expect(implicit(buffer).points).toMatchObject([{ usage: 'read', timeline: 'ours', seqno: 1, status: 'pending' }]);
    expect(implicit(buffer).isReady('write')).toBe(false);
    line.signal();
    expect(implicit(buffer).isReady('write')).toBe(true);
    // The proof of its stop, and the repair, come with the next look.
    await expectAgents(space, 1);
  }));

test('who drops the buffer keeps what it added known until it is over', () =>
  withSpace({}, async (space) => {
    using buffer = space.buffer('u8', [4]);
    const worker = await start(space);
    await ask(worker, { do: 'own', buffer: buffer.handle, usage: 'move' });
    await ask(worker, { do: 'drop', buffer: buffer.handle });
    expect(implicit(buffer).isReady('read')).toBe(false);
    await ask(worker, { do: 'signal', buffer: buffer.handle });
    expect(implicit(buffer).points).toMatchObject([{ usage: 'move', seqno: 1, status: 'done' }]);
    await leave(worker, buffer);
  }));

test('who has the lock for the moment in which a job gets its turn is let pass, and nothing is refused for that', () =>
  withSpace({}, async (space) => {
    using buffer = space.buffer('u8', [4]);
    using line = timeline(space, 'ours');
    const worker = await start(space);
    const inside = new Int32Array(new SharedArrayBuffer(8));
    const passed = ask(worker, { do: 'pass', buffer: buffer.handle, inside });
    expect(Atomics.wait(inside, 0, 0, 20_000)).not.toBe('timed-out');
    implicit(buffer).add(line.issue(), 'write');
    expect(implicit(buffer).points).toMatchObject([{ usage: 'write', status: 'pending' }]);
    line.signal();
    await passed;
    await leave(worker, buffer);
  }));

test('threads that import at once, while jobs use the buffer, all get through, and none loses a point of another', () =>
  withSpace({}, async (space) => {
    using buffer = space.buffer('u8', [4]);
    using line = timeline(space, 'ours');
    implicit(buffer).add(line.issue(), 'bookkeep');
    const workers = await Promise.all([start(space), start(space)]);
    const racing = Promise.all(workers.map((worker) => ask(worker, { do: 'race', buffer: buffer.handle, count: 300 })));
    for (let round = 0; round < 100; round++) {
      await buffer.set([round, round, round, round]);
      expect([...(await buffer.get())]).toEqual([round, round, round, round]);
      const own = implicit(buffer).points.filter(
        ({ timeline: name, status }) => name === 'ours' && status === 'pending',
      );
      expect(own).toMatchObject([{ usage: 'bookkeep', seqno: 1 }]);
    }
    expect(await racing).toEqual([300, 300]);
    line.signal();
    await Promise.all(workers.map((worker) => leave(worker, buffer)));
  }));
