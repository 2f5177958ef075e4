/** Who gives way when clients share the memory of a space: their own first, then others by priority and share. */
import type { SharedBuffer, Space } from 'fenceline';
import { describe, expect, test } from 'vitest';
import { withSpace } from './with-space.ts';

const places = ['system', 'attic'] as const;
const attic = { heaps: [{ name: 'attic', sizeBytes: 2 ** 20 }] } as const;

/** A buffer that may be evicted, with its contents in the system heap. */
async function filled(owner: Space, sizeBytes: number, fill: number): Promise<SharedBuffer<'u8'>> {
  const buffer: SharedBuffer<'u8'> = owner.buffer('u8', [sizeBytes], { heaps: places, label: `${fill}` });
  await buffer.set(new Uint8Array(sizeBytes).fill(fill));
  return buffer;
}

/** Which of them are in the system heap; all of them still hold what was written. */
async function resident(buffers: readonly SharedBuffer<'u8'>[]): Promise<string[]> {
  const labels = buffers.filter((buffer) => buffer.isIn('system')).map(({ label }) => label);
  for (const buffer of buffers) {
    expect((await buffer.get()).every((byte) => byte === Number(buffer.label))).toBe(true);
  }
  return labels;
}

async function bring(owner: Space, buffer: SharedBuffer<'u8'>): Promise<void> {
  await owner.transaction((tx) => tx.place(buffer, ['system']), { timeoutMs: 10_000 });
}

function dispose(buffers: readonly SharedBuffer[]): void {
  for (const buffer of buffers) buffer.dispose();
}

describe('a request beyond the budget of its client', () => {
  test('evicts buffers of that client alone, though others are idle and there is room in the heap', () =>
    withSpace({ budgetBytes: 65_536, ...attic }, async (space) => {
      await using client = space.client('one', { budgetBytes: 8192, priority: 5 });
      await using other = space.client('other', { priority: -5 });
      const buffers = [await filled(space, 4096, 1), await filled(other, 4096, 2), await filled(client, 6144, 3)];
      const wanted = await filled(client, 4096, 4);
      expect(wanted.isIn('attic')).toBe(true);
      await bring(client, wanted);
      expect(await resident([...buffers, wanted])).toEqual(['1', '2', '4']);
      dispose([...buffers, wanted]);
    }));

  test('evicts nobody if it could never fit', () =>
    withSpace({ budgetBytes: 65_536, ...attic, patienceMs: 50 }, async (space) => {
      await using client = space.client('small', { budgetBytes: 8192 });
      const held = await filled(client, 2048, 1);
      const large = await filled(client, 8192, 2);
      client.budgetBytes = 4096;
      await expect(bring(client, large)).rejects.toMatchObject({
        code: 'ENOMEM',
        details: { client: 'small', heap: 'system' },
      });
      expect(await resident([held, large])).toEqual(['1']);
      dispose([held, large]);
    }));
});

describe('the budget of a client', () => {
  test('evicts buffers of that client when it is lowered, and of nobody else', () =>
    withSpace({ budgetBytes: 65_536, ...attic }, async (space) => {
      await using client = space.client('shrinking', { budgetBytes: 16_384 });
      await using other = space.client('other', { budgetBytes: 16_384, priority: -1 });
      const buffers = [await filled(other, 4096, 1), await filled(client, 4096, 2), await filled(client, 4096, 3)];
      client.budgetBytes = 8192;
      expect(await resident(buffers)).toEqual(['1', '2', '3']);
      client.budgetBytes = 8191;
      expect(buffers.map((buffer) => buffer.isIn('system'))).toEqual([true, false, true]);
      expect(await resident(buffers)).toEqual(['1', '3']);
      dispose(buffers);
    }));

  test('may be a third of its working set: what does not fit is swapped, and nobody else loses a byte of memory', () =>
    withSpace({ budgetBytes: 65_536, swap: { sizeBytes: 2 ** 20 } }, async (space) => {
      await using client = space.client('tight', { budgetBytes: 8192 });
      using bystander = space.buffer('u8', [32_768]);
      await bystander.set(new Uint8Array(32_768).fill(200));
      const buffers = Array.from({ length: 12 }, (_, number) => client.buffer('u8', [2048], { label: `${number}` }));
      for (let round = 1; round <= 4; round++) {
        await Promise.all(buffers.map((buffer, at) => buffer.set(new Uint8Array(2048).fill(round * 16 + at))));
        for (const [at, buffer] of buffers.entries()) {
          expect((await buffer.get()).every((byte) => byte === round * 16 + at)).toBe(true);
        }
        expect(bystander.isIn('system')).toBe(true);
        expect(buffers.filter((buffer) => buffer.isIn('system')).length).toBeLessThanOrEqual(4);
      }
      dispose(buffers);
    }));
});

describe('a request that the heap has no room for', () => {
  test('evicts buffers of clients of lower priority first, whoever used them last', () =>
    withSpace({ budgetBytes: 16_384, ...attic }, async (space) => {
      await using low = space.client('low', { priority: -1 });
      await using high = space.client('high', { priority: 1 });
      const buffers = [
        await filled(high, 4096, 1),
        await filled(space, 4096, 2),
        await filled(low, 4096, 3),
        await filled(low, 4096, 4),
      ];
      const wanted = await filled(space, 4096, 5);
      await bring(space, wanted);
      expect(wanted.isIn('system')).toBe(true);
      const [first] = buffers.slice(2).filter((buffer) => buffer.isIn('attic'));
      expect(buffers.map((buffer) => buffer.isIn('system')).slice(0, 2)).toEqual([true, true]);
      expect(first?.label).toBe('3');
      dispose([...buffers, wanted]);
    }));

  test('keeps the share of a client as long as others can give way, and no longer', () =>
    withSpace({ budgetBytes: 16_384, ...attic }, async (space) => {
      await using guest = space.client('guest', { budgetBytes: 8192, priority: -1 });
      const kept = [await filled(guest, 4096, 1), await filled(guest, 4096, 2)];
      const others = [await filled(space, 4096, 3), await filled(space, 4096, 4)];
      const wanted = await filled(space, 8192, 5);
      await bring(space, wanted);
      // The guest uses its share, no more: the space's own gave way, in spite of their priority.
      expect(kept.map((buffer) => buffer.isIn('system'))).toEqual([true, true]);
      expect(others.map((buffer) => buffer.isIn('system'))).toEqual([false, false]);
      const all = await filled(space, 16_384, 6);
      await bring(space, all);
      expect(await resident([...kept, ...others, wanted, all])).toEqual(['6']);
      dispose([...kept, ...others, wanted, all]);
    }));

  test('scales shares down where budgets promise more than there is', () =>
    withSpace({ budgetBytes: 16_384, ...attic }, async (space) => {
      await using large = space.client('large', { budgetBytes: 16_384 });
      await using small = space.client('small', { budgetBytes: 16_384 });
      // The share of each is half of the heap: the large one is beyond it, the small one below.
      const buffers = [await filled(small, 4096, 1)];
      for (let number = 2; number <= 4; number++) buffers.push(await filled(large, 4096, number));
      const wanted = await filled(small, 4096, 5);
      await bring(small, wanted);
      const [own, ...theirs] = buffers;
      expect(own?.isIn('system')).toBe(true);
      expect(theirs.filter((buffer) => buffer.isIn('attic')).map(({ label }) => label)).toEqual(['2']);
      dispose([...buffers, wanted]);
    }));
});
