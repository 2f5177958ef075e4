/** Contents that a job replaces as a whole: those that are swapped out are not read back for it, and stay until it begins. */
import type { SharedBuffer, Space } from 'fenceline';
import { dumpMemory } from 'fenceline/dump';
import { timeline } from 'fenceline/sync';
import { expect, test } from 'vitest';
import { startJobs } from '../pool/jobs-pool.ts';
import { withSpace } from './with-space.ts';

const words = 1024;
const options = { budgetBytes: 2 * 4096, swap: { sizeBytes: 16 * 4096 }, patienceMs: 300 };
type Numbers = SharedBuffer<'i32', readonly [number]>;

async function filled(space: Space, count: number): Promise<Numbers[]> {
  const buffers = Array.from({ length: count }, () => space.buffer('i32', [words]) as Numbers);
  for (const [at, buffer] of buffers.entries()) await buffer.set(new Int32Array(words).fill(at + 1));
  return buffers;
}

const readBack = (space: Space): number | undefined =>
  dumpMemory(space).heaps.find(({ name }) => name === 'system')?.counts.swappedIn;

const isAll = (data: ArrayLike<number>, value: number): boolean => Array.from(data).every((word) => word === value);

test('what is set is not read back first', () =>
  withSpace(options, async (space) => {
    const buffers = await filled(space, 4);
    const first = buffers[0] as Numbers;
    expect(first.isIn('swap')).toBe(true);
    await first.set(new Int32Array(words).fill(9));
    expect([first.isIn('system'), readBack(space)]).toEqual([true, 0]);
    expect(isAll(await first.get(), 9)).toBe(true);
    // A part of it is changed: what is there is needed.
    const second = buffers[1] as Numbers;
    using rows = second.rows(0, 1);
    await rows.set(Int32Array.of(8));
    expect(readBack(space)).toBe(1);
    expect([...(await second.get()).slice(0, 3)]).toEqual([8, 2, 2]);
    for (const buffer of buffers) buffer.dispose();
  }));

test('a job that is queued to replace contents leaves them where they are until it begins, and readers come after it', () =>
  withSpace(options, async (space) => {
    await using pool = await startJobs(space, { count: 1 });
    const buffers = await filled(space, 4);
    const first = buffers[0] as Numbers;
    using line = timeline(space, 'later');
    const later = line.issue();
    const job = pool.run.fill({ dst: first, with: 7 }, { after: [later] });
    const sum = pool.run.sum({ src: first });
    expect([first.isIn('swap'), job.status, sum.status]).toEqual([true, 'pending', 'pending']);
    line.signal();
    expect(await sum.wait()).toBe(7 * words);
    expect([first.isIn('system'), readBack(space)]).toEqual([true, 0]);
    for (const buffer of buffers) buffer.dispose();
  }));

test('a job that never begins leaves what is swapped out as it leaves what is in memory', () =>
  withSpace(options, async (space) => {
    const pool = await startJobs(space, { count: 1 });
    const buffers = await filled(space, 4);
    using line = timeline(space, 'never');
    const later = line.issue();
    const [out, inside] = [buffers[0] as Numbers, buffers[3] as Numbers];
    const jobs = [out, inside].map((dst) => pool.run.fill({ dst, with: 7 }, { after: [later] }));
    expect([out.isIn('swap'), inside.isIn('system')]).toEqual([true, true]);
    await pool.close({ abort: true });
    line.signal();
    for (const job of jobs) await expect(job.wait()).rejects.toMatchObject({ code: 'ECANCELED' });
    const outcomes = await Promise.allSettled([out.get(), inside.get()]);
    expect(outcomes.map(({ status }) => status)).toEqual([outcomes[1]?.status, outcomes[1]?.status]);
    for (const buffer of buffers) buffer.dispose();
  }));
