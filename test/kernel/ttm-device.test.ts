/** The cases of Linux's suite ttm_device: a device is a space. Those about its pools of pages and its mappings have no counterpart. */
import { Space } from 'fenceline';
import { dumpMemory } from 'fenceline/dump';
import { describe, expect, test } from 'vitest';
import { smallLimits } from '../space/with-space.ts';
import { boBytes, codeOf, heapOf } from './ttm.ts';

const options = { budgetBytes: 2 ** 20, limits: smallLimits };

describe('ttm_device', () => {
  test('init_basic: a new space has its system heap, and nothing in it', async () => {
    await using space = Space.create(options);
    const { heaps, buffers, jobs, transactions, agents } = dumpMemory(space);
    expect(heaps).toMatchObject([{ name: 'system', kind: 'memory', budgetBytes: 2 ** 20, usedBytes: 0 }]);
    expect([buffers, jobs, transactions]).toEqual([[], [], []]);
    expect(agents).toMatchObject([{ agent: 0, state: 'live' }]);
  });

  test('init_multiple: spaces stand beside one another, and none sees what another has', async () => {
    const spaces = [1, 2, 3].map(() => Space.create(options));
    const buffers = spaces.map((space) => space.buffer('u8', [boBytes]));
    for (const [at, buffer] of buffers.entries()) await buffer.set(new Uint8Array(boBytes).fill(at));
    expect(spaces.map((space) => heapOf(space, 'system').usedBytes)).toEqual([boBytes, boBytes, boBytes]);
    expect(new Set(spaces.map((space) => `${(space.handle as unknown as { id: string }).id}`)).size).toBe(3);
    const [first, second] = spaces as [Space, Space];
    expect(await codeOf(() => second.transaction((tx) => tx.lock(buffers[0] as (typeof buffers)[0])))).toBe('EINVAL');
    expect(await codeOf(() => second.open((buffers[0] as (typeof buffers)[0]).handle))).toBe('EINVAL');
    await first.close();
    expect((await (buffers[1] as (typeof buffers)[0]).get())[5]).toBe(1);
    for (const space of spaces) await space.close();
  });

  test('fini_basic: a closed space is used by nobody', async () => {
    const space = Space.create(options);
    await space.close();
    expect(await codeOf(() => space.buffer('u8', [1]))).toBe('EINVAL');
    expect(await codeOf(() => space.transaction(async () => {}))).toBe('EINVAL');
    expect(await codeOf(() => dumpMemory(space))).toBe('EINVAL');
    await space.close();
  });
});
