/** Handles of spaces and buffers: what travels between threads, weak or given away, and never trusted. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { type SharedBuffer, Space } from 'fenceline';
import { describe, expect, test } from 'vitest';
import { coreOf } from '#fenceline/space.js';
import { accounting, agentsPresent, expectAgents, expectAtRest } from './accounting.ts';
import { withSpace } from './with-space.ts';

const agent = new URL('../../build/test/space/joiner.agent.js', import.meta.url);

async function whenLeft(space: Space, workers: readonly Worker[]): Promise<void> {
  for (const worker of workers) worker.postMessage({ do: 'leave' });
  await Promise.all(workers.map((worker) => once(worker, 'exit')));
  await expectAgents(space, 1);
}

async function ask(worker: Worker, order: object): Promise<unknown> {
  worker.postMessage(order);
  const [answer] = await once(worker, 'message');
  return answer;
}

describe('a space', () => {
  test('is joined by three workers of the users own, that post buffers and fences around', () =>
    withSpace({}, async (space) => {
      const workers = [0, 1, 2].map(() => new Worker(agent, { workerData: space.handle }));
      await Promise.all(workers.map((worker) => once(worker, 'message')));
      expect(agentsPresent(space)).toBe(4);
      using buffer = space.buffer('i32', [4]);
      await buffer.set([1, 2, 3, 4]);
      // Each adds one after the fence of the one before, and answers with the handle of its own fence.
      let after: unknown = space.fence(Promise.resolve()).handle;
      for (let round = 0; round < 6; round++) {
        const worker = workers[round % 3] as Worker;
        after = await ask(worker, { do: 'add', buffer: buffer.handle, after });
      }
      await space.open(after as ReturnType<typeof space.fence>['handle']).wait({ timeoutMs: 20_000 });
      expect([...(await buffer.get())]).toEqual([7, 8, 9, 10]);
      await whenLeft(space, workers);
    }));

  test('a fence of a worker that dies fails, and its locks and mappings with it', () =>
    withSpace({}, async (space) => {
      using buffer = space.buffer('i32', [4]);
      await buffer.set([1, 2, 3, 4]);
      for (const what of ['promise', 'map', 'lock', 'hold']) {
        const worker = new Worker(agent, { workerData: space.handle });
        await once(worker, 'message');
        const handle = await ask(worker, { do: what, buffer: buffer.handle });
        const fence = what === 'promise' ? space.open(handle as ReturnType<typeof space.fence>['handle']) : undefined;
        const outcome = fence?.settled({ timeoutMs: 20_000 });
        await worker.terminate();
        if (outcome !== undefined)
          expect(await outcome).toMatchObject({ status: 'failed', error: { code: 'EOWNERDEAD' } });
        const read = buffer.get({ timeoutMs: 20_000 });
        // It wrote in place when it died: what it left is nobody's to vouch for.
        if (what === 'map') await expect(read).rejects.toMatchObject({ code: 'EINPUT', cause: { code: 'EOWNERDEAD' } });
        else expect([...(await read)]).toEqual([1, 2, 3, 4]);
        await buffer.set([1, 2, 3, 4]);
      }
      // Whoever waits looks now and then whether somebody stopped; nobody told us of the last one.
      await expectAgents(space, 1);
    }));

  test('a worker that leaves owes nothing: a mapping that it ends later is nobody elses', () =>
    withSpace({}, async (space) => {
      using buffer = space.buffer('i32', [4]);
      await buffer.set([1, 2, 3, 4]);
      const worker = new Worker(agent, { workerData: space.handle });
      await once(worker, 'message');
      await ask(worker, { do: 'map', buffer: buffer.handle });
      await ask(worker, { do: 'close' });
      // The slot of its job is free again: these take it.
      await buffer.set([5, 6, 7, 8], { timeoutMs: 20_000 });
      const map = await buffer.map('update');
      await ask(worker, { do: 'unmap' });
      await expect(buffer.get({ timeoutMs: 30 })).rejects.toMatchObject({ code: 'ETIME' });
      map.dispose();
      expect([...(await buffer.get())]).toEqual([5, 6, 7, 8]);
      worker.postMessage({ do: 'leave' });
      await once(worker, 'exit');
    }));

  test('a forged handle, or one of another version, is refused by what is wrong with it', () =>
    withSpace({}, async (space) => {
      const good = space.handle as unknown as { control: SharedArrayBuffer };
      const control = (change: (words: Int32Array) => void): object => {
        const copy = new SharedArrayBuffer(good.control.byteLength);
        new Int32Array(copy).set(new Int32Array(good.control).subarray(0, 64));
        change(new Int32Array(copy));
        return { ...good, id: 1, control: copy };
      };
      const forged: [unknown, RegExp][] = [
        [null, /not one of a space/],
        ['x', /not one of a space/],
        [{}, /not one of a space/],
        [{ ...good, id: 1, control: undefined }, /no memory/],
        [{ ...good, id: 1, control: new SharedArrayBuffer(8) }, /no memory/],
        [{ ...good, id: 1, heaps: undefined }, /heaps/],
        [control((words) => (words[0] = 5)), /mark of a space/],
        [control((words) => (words[1] = 99)), /layout version 99/],
        [control((words) => (words[16] = 63)), /limit agents \(63\)/],
        [control((words) => (words[18] = 7)), /words long/],
      ];
      for (const [handle, sentence] of forged) expect(() => Space.join(handle as never)).toThrow(sentence);
      expect(Space.join(space.handle)).toBe(space);
    }));

  test('refuses more agents than it has places for, by the name of the limit', () =>
    withSpace({ limits: { agents: 2 } }, async (space) => {
      const one = new Worker(agent, { workerData: space.handle });
      await once(one, 'message');
      const two = new Worker(agent, { workerData: space.handle });
      const [error] = await once(two, 'error');
      expect((error as Error).message).toMatch(/agents \(2\)/);
      await whenLeft(space, [one]);
    }));
});

describe('a buffer', () => {
  test('a handle is weak: it does not keep the buffer, and says so', () =>
    withSpace({}, async (space) => {
      const buffer = space.buffer('u8', [4], { label: 'brief' });
      const { handle } = buffer;
      using copy = space.open(structuredClone(handle));
      buffer.dispose();
      await copy.set([1, 2, 3, 4]);
      copy.dispose();
      expect(() => space.open(handle)).toThrow(/is gone/);
    }));

  test('a handle of a buffer that is gone does not open the next one in its slot', () =>
    withSpace({ limits: { buffers: 1 } }, async (space) => {
      const first = space.buffer('u8', [4]);
      const { handle } = first;
      first.dispose();
      using second = space.buffer('u8', [4]);
      expect(second.id).not.toBe(first.id);
      expect(() => space.open(handle)).toThrow(/is gone/);
    }));

  test('a reference that is given belongs to whoever opens it, once', () =>
    withSpace({}, async (space) => {
      const worker = new Worker(agent, { workerData: space.handle });
      await once(worker, 'message');
      const buffer = space.buffer('i32', [4], { label: 'present' });
      await buffer.set([1, 2, 3, 4]);
      const handle = buffer.give();
      expect(() => buffer.give()).toThrow(/disposed/);
      await expect(buffer.get()).rejects.toMatchObject({ code: 'EINVAL' });
      expect(await ask(worker, { do: 'take', buffer: handle })).toEqual([1, 2, 3, 4]);
      expect(() => space.open(handle)).toThrow(/taken already|is gone/);
      expect(accounting(space)).toMatchObject({ buffers: 1, usedBytes: 64 });
      await ask(worker, { do: 'drop' });
      await expectAtRest(space);
      await whenLeft(space, [worker]);
    }));

  test('a gift that is opened by its giver is a reference like any other', () =>
    withSpace({}, async (space) => {
      const buffer = space.buffer('i32', [4]);
      const handle = buffer.give();
      using again = space.open(handle);
      expect(() => space.open(handle)).toThrow(/taken already/);
      await again.set([1, 2, 3, 4]);
      expect([...(await again.get())]).toEqual([1, 2, 3, 4]);
    }));

  test('a forged handle is refused by what is wrong with it, and leaves nothing', () =>
    withSpace({}, async (space) => {
      using buffer = space.buffer('i32', [4, 2]);
      const good = structuredClone(buffer.handle) as unknown as Record<string, unknown>;
      const forged: [object, RegExp][] = [
        [{ buffer: -1 }, /buffer -1/],
        [{ buffer: 10_000 }, /buffer 10000/],
        [{ buffer: 5 }, /is gone/],
        [{ generation: 9 }, /is gone/],
        [{ generation: '0' }, /generation/],
        [{ dtype: 'i33' }, /i33/],
        [{ dtype: 'f32' }, /does not match/],
        [{ shape: 'x' }, /no shape/],
        [{ shape: [0, 2] }, /dimension 0/],
        [{ shape: [-4, 2] }, /dimension -4/],
        [{ shape: [5, 2] }, /does not match/],
        [{ offset: 1 }, /does not match/],
        [{ offset: -8 }, /offset/],
        [{ gift: null }, /taken already/],
        [{ gift: { job: 0, seqno: 1 } }, /taken already/],
        [{ gift: { job: 1e9, seqno: 1 } }, /taken already/],
        [{ space: 5 }, /another space/],
      ];
      for (const [change, sentence] of forged) {
        expect(() => space.open({ ...good, ...change } as never), JSON.stringify(change)).toThrow(sentence);
      }
      expect(accounting(space).buffers).toBe(1);
      expect(coreOf(space).holds.get(0)).toBe(1);
    }));

  test('a window in a handle stays a window, whatever the handle says', () =>
    withSpace({}, async (space) => {
      using whole = space.buffer('i32', [4]);
      await whole.set([1, 2, 3, 4]);
      using rows = whole.rows(1, 3);
      const lying = { ...structuredClone(rows.handle), isPart: false };
      using copy = space.open(lying) as SharedBuffer<'i32'>;
      await copy.set([8, 9]);
      expect([...(await whole.get())]).toEqual([1, 8, 9, 4]);
    }));
});
