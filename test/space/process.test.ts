/** The life of a process: it stays exactly while somebody waits, and ends as any other. */
import { describe, expect, test } from 'vitest';
import { runProgram, withPool } from './program.ts';

describe('a process', () => {
  test('ends by itself with an idle pool, buffers, callbacks and an open space', async () => {
    const ended = await runProgram(`${withPool}
      const buffer = space.buffer('i32', [4]);
      await run.fill({ dst: buffer, with: 1 }).wait();
      space.fence(new Promise(() => {})).onSettled(() => {});
      console.log('end of the module');`);
    expect(ended).toMatchObject({ status: 0, stdout: 'end of the module\n', stderr: '' });
  });

  test('stays while somebody waits for a job, and no longer', async () => {
    const ended = await runProgram(`${withPool}
      const buffer = space.buffer('i32', [4]);
      void run.later({ dst: buffer, ms: 300 }).wait().then((ms) => console.log('done', ms));`);
    expect(ended).toMatchObject({ status: 0, stdout: 'done 300\n' });
  });

  test('does not stay for a job that nobody waits for', async () => {
    const ended = await runProgram(`${withPool}
      const buffer = space.buffer('i32', [4]);
      run.later({ dst: buffer, ms: 60_000 });`);
    expect(ended.status).toBe(0);
    expect(ended.ms).toBeLessThan(15_000);
  });

  test('stays while a wait has a time-out, and ends with what it rejects with', async () => {
    const ended = await runProgram(`
      import { Space } from 'fenceline';
      const space = Space.create({ budgetBytes: 4096 });
      await space.fence(new Promise(() => {}), 'nothing').wait({ timeoutMs: 200 });`);
    expect(ended.status).toBe(1);
    expect(ended.stderr).toMatch(/The wait for nothing ended after 200 ms/);
  });

  test('stays while a transaction waits for a lock that another one holds', async () => {
    const ended = await runProgram(`
      import { Space } from 'fenceline';
      const space = Space.create({ budgetBytes: 4096 });
      const buffer = space.buffer('i32', [1]);
      void space.transaction(async (tx) => {
        await tx.lock(buffer);
        await new Promise((resolve) => setTimeout(resolve, 200));
      });
      await new Promise((resolve) => setTimeout(resolve, 10));
      void space.transaction((tx) => tx.lock(buffer)).then(() => console.log('both'));`);
    expect(ended).toMatchObject({ status: 0, stdout: 'both\n' });
  });

  test('keeps its own exit code, and closing in time is enough for process.exit', async () => {
    const ended = await runProgram(`${withPool}
      await space.close();
      process.exit(3);`);
    expect(ended.status).toBe(3);
    const unclosed = await runProgram(`${withPool}
      run.alone({ at: space.buffer('i32', [1]), meter: space.buffer('i32', [3]), ms: 60_000 });
      await new Promise((resolve) => setTimeout(resolve, 50));
      process.exit(4);`);
    expect(unclosed.status).toBe(4);
  });

  test('ends at Ctrl-C, in the middle of jobs', async () => {
    const ended = await runProgram(
      `${withPool}
      run.alone({ at: space.buffer('i32', [1]), meter: space.buffer('i32', [3]), ms: 60_000 });
      console.log('running');
      await space.fence(new Promise(() => {})).wait();`,
      { onLine: (line, kill) => line === 'running' && kill('SIGINT') },
    );
    expect([ended.status, ended.signal]).toEqual([null, 'SIGINT']);
    expect(ended.ms).toBeLessThan(15_000);
  });

  test('an error thrown in a callback is uncaught, and the other callbacks run', async () => {
    const ended = await runProgram(`
      import { Space } from 'fenceline';
      process.on('uncaughtException', (error) => console.log('uncaught', error.message));
      const space = Space.create({ budgetBytes: 4096 });
      const fence = space.fence(Promise.resolve());
      fence.onSettled(() => { throw new Error('mine'); });
      fence.onSettled(() => console.log('second'));
      await fence.wait();`);
    expect(ended).toMatchObject({ status: 0 });
    expect(ended.stdout.split('\n').sort()).toEqual(['', 'second', 'uncaught mine']);
  });
});

describe('a worker that cannot be stopped', () => {
  test('is named by those who wait, whose time-outs hold; closing does not wait for it, and its end is noticed', async () => {
    const ended = await runProgram(`
      import { execFileSync } from 'node:child_process';
      import { mkdtempSync, openSync, writeSync, closeSync, rmSync, writeFileSync } from 'node:fs';
      import { tmpdir } from 'node:os';
      import { join } from 'node:path';
      import { Space, workers } from 'fenceline';
      const folder = mkdtempSync(join(tmpdir(), 'fenceline-'));
      const fifo = join(folder, 'fifo');
      execFileSync('mkfifo', [fifo]);
      const jobs = '${new URL('../../build/test/pool/stuck.kernels.js', import.meta.url).href}';
      const space = Space.create({ budgetBytes: 1 << 20 });
      const pool = await workers(space, new URL(jobs), { count: 1 });
      const buffer = space.buffer('i32', [4], { label: 'frame' });
      const meter = space.buffer('i32', [1]);
      const job = pool.run.readFifo({ dst: buffer, meter, path: fifo });
      while ((await meter.get())[0] === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      const began = performance.now();
      await pool.close({ abort: true });
      console.log('closed', performance.now() - began < 10_000);
      console.log(await job.wait({ timeoutMs: 100 }).catch((error) => error.message));
      console.log(await buffer.get({ timeoutMs: 100 }).catch((error) => error.code));
      const settled = job.settled({ timeoutMs: 8000 });
      const file = openSync(fifo, 'w');
      try { writeSync(file, 'now it can end'); } catch { // It may end at once, without reading.
      }
      closeSync(file);
      console.log((await settled).error?.code);
      rmSync(folder, { recursive: true });
      buffer.dispose();
      meter.dispose();
      // Its job may be over before its thread is.
      const isAlone = () => /agents: 1 of/.test(space.describe());
      for (let look = 0; look < 500 && !isAlone(); look++) await new Promise((resolve) => setTimeout(resolve, 10));
      console.log(/ 0 of \\d+ bytes used/.test(space.describe()), isAlone());
      await space.close();`);
    expect(ended.stderr).toBe('');
    expect(ended.stdout.split('\n')).toEqual([
      'closed true',
      expect.stringMatching(/It runs on agent 1 \(it was told to stop, but its thread has not stopped\)/),
      'ETIME',
      expect.stringMatching(/EOWNERDEAD|ECANCELED/),
      'true true',
      '',
    ]);
    expect(ended.status).toBe(0);
  });
});

describe('one thread alone', () => {
  const alone = 'delete globalThis.SharedArrayBuffer;\n';

  test('runs buffers, transactions and kernels without shared memory, and says so once', async () => {
    const ended = await runProgram(`${alone}
      const { Space, Fence, workers, kernel, serve, read, write } = await import('fenceline');
      const space = Space.create({ budgetBytes: 1 << 20 });
      console.log(space.isShared);
      const a = space.buffer('i32', [4]);
      const b = a.like();
      await a.set([1, 2, 3, 4]);
      await space.transaction(async (tx) => { (await tx.edit(a)).data[0] = 10; });
      const map = await a.map('read');
      console.log([...map.data].join());
      map.dispose();
      const twice = kernel({ src: read('i32', ['n']), dst: write('i32', ['n']) }, ({ src, dst }, job) => {
        src.data.forEach((one, at) => { dst.data[at] = one * 2; });
        return job.from;
      });
      const slow = kernel({ dst: write('i32', ['n']) }, async ({ dst }) => {
        await new Promise((resolve) => setTimeout(resolve, 10));
        dst.data.fill(1);
      }, { split: ['dst'] });
      const boom = kernel({}, () => { throw new Error('inline'); });
      const served = serve({ twice, slow, boom });
      const pool = await workers(space, new URL('file:///nowhere.js'), { inline: async () => ({ default: served }) });
      const job = pool.run.twice({ src: a, dst: b });
      console.log(await job.wait(), [...(await b.get())].join());
      await pool.run.slow({ dst: b }).wait();
      console.log([...(await b.get())].join());
      console.log(await pool.run.boom({}).settled().then(({ error }) => error.message));
      try { pool.run.boom({}).waitSync(); } catch (error) { console.log(error.code); }
      try { a.mapSync('read'); } catch (error) { console.log(error.code); }
      await pool.close();
      const again = await workers(space, new URL('file:///nowhere.js'), { inline: async () => ({ default: serve({ boom }) }) });
      console.log(await again.run.boom({}).settled().then(({ error }) => error.message));
      await again.close({ abort: true });
      await workers(space, new URL('file:///nowhere.js')).catch((error) => console.log(error.code));
      a.dispose();
      b.dispose();
      console.log(/ 0 of \\d+ bytes used/.test(space.describe()));
      await space.close();`);
    expect(ended.stderr).toMatch(/headers|isolated/);
    expect(ended.stdout.split('\n')).toEqual([
      'false',
      '10,2,3,4',
      '0 20,4,6,8',
      '1,1,1,1',
      'The kernel of boom threw: inline',
      'EDEADLK',
      'EDEADLK',
      'The kernel of boom threw: inline',
      'EINVAL',
      'true',
      '',
    ]);
    expect(ended.status).toBe(0);
  });
});
