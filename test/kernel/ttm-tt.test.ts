/**
 * The cases of Linux's suite ttm_tt: pages of buffers, and how they are swapped out and in. Pages are the bytes of a block here.
 * Where our answer is another on purpose, the title says ours and the test says why.
 */
import type { SharedBuffer, Space } from 'fenceline';
import { attach, exportBuffer, type SgList, sgBytes, sgOfPages } from 'fenceline/driver';
import { describe, expect, test } from 'vitest';
import type { Payload } from '#fenceline/cells/memory.js';
import { bytesOfBuffer, unplaceLocked } from '#fenceline/memory/placement.js';
import { partsOf } from '#fenceline/shared-buffer.js';
import { coreOf } from '#fenceline/space.js';
import {
  type Bo,
  bo,
  boBytes,
  codeOf,
  expectBytes,
  filledBo,
  heapOf,
  movedBytes,
  pageBytes,
  stateOf,
  validate,
  withDevice,
} from './ttm.ts';

const swap = { swap: { sizeBytes: 2 ** 20 } };

/** Number of the slot. */
const slotOf = (space: Space, buffer: Bo): number =>
  partsOf(buffer as unknown as SharedBuffer, coreOf(space), 'buffer').buffer;

/** ttm_tt_swapout. */
async function swapOut(space: Space, buffer: Bo): Promise<void> {
  const { budgetBytes } = space;
  space.budgetBytes = 1;
  space.budgetBytes = budgetBytes;
  expect(buffer.isIn('swap')).toBe(true);
}

/** The system heap has so many bytes and gets no more, until it is mended. */
function breakGrowth(space: Space, bytes: number): () => void {
  const payloads = coreOf(space).agent.payloads as Payload[];
  const whole = payloads[0] as Payload;
  payloads[0] = {
    name: whole.name,
    buffer: { byteLength: bytes } as SharedArrayBuffer,
    bytes: (start, length) => {
      if (start + length > bytes) throw new RangeError('The system has no memory left.');
      return whole.bytes(start, length);
    },
  };
  return () => {
    payloads[0] = whole;
  };
}

describe('ttm_tt', () => {
  test('init_basic: a new buffer knows its size, and has neither memory nor anything swapped out', () =>
    withDevice(swap, async (space) => {
      using made = bo(space, boBytes, ['system']);
      expect(stateOf(space, made)).toMatchObject({ sizeBytes: boBytes, heap: null, startBytes: null });
      expect(heapOf(space, 'swap').usedBytes).toBe(0);
    }));

  test('init_misaligned: what is not whole is rounded up', () =>
    withDevice({}, async (space) => {
      // Linux counts whole pages of 4 KiB: three. Here it is units of 64 bytes, one more.
      using made = bo(space, boBytes + 1, ['system']);
      await validate(space, made);
      expect(heapOf(space, 'system').usedBytes).toBe(boBytes + 64);
      expect(bytesOfBuffer(coreOf(space).agent, slotOf(space, made)).length).toBe(boBytes + 1);
    }));

  test('fini_basic: with the buffer its memory is gone', () =>
    withDevice({}, async (space) => {
      const made = await filledBo(space, boBytes, ['system']);
      made.dispose();
      expect(heapOf(space, 'system').usedBytes).toBe(0);
    }));

  test('fini_sg: memory of an exporter goes back to it', () =>
    withDevice({}, async (space) => {
      const pages = sgOfPages([7, 8]);
      const log: string[] = [];
      const exporter = {
        name: 'other',
        map: async (): Promise<SgList> => pages,
        unmap: (list: SgList): void => void log.push(`unmap ${sgBytes(list)}`),
        release: (): void => void log.push('release'),
      };
      const made = exportBuffer(space, exporter, 'u8', [boBytes]);
      const link = attach(made, { name: 'importer' });
      await space.transaction(async (tx) => {
        await tx.lock(made as unknown as SharedBuffer);
        expect(await link.map(tx)).toEqual(pages);
        link.unmap(tx);
      });
      link.dispose();
      made.dispose();
      await expect.poll(() => log).toEqual([`unmap ${boBytes}`, 'release']);
    }));

  test('fini_shmem: with the buffer what was swapped out is gone', () =>
    withDevice(swap, async (space) => {
      const made = await filledBo(space, boBytes, ['system']);
      await swapOut(space, made);
      expect(heapOf(space, 'swap').usedBytes).toBe(boBytes);
      made.dispose();
      expect(heapOf(space, 'swap').usedBytes).toBe(0);
    }));

  test('create_basic: memory comes with the first use', () =>
    withDevice({}, async (space) => {
      using made = bo(space, boBytes, ['system']);
      expect(heapOf(space, 'system').usedBytes).toBe(0);
      await expectBytes(made, 0);
      expect(heapOf(space, 'system').usedBytes).toBe(boBytes);
    }));

  test('create_invalid_bo_type: a type that is none is refused, and takes nothing', () =>
    withDevice({}, async (space) => {
      expect(await codeOf(() => space.buffer('u9' as 'u8', [boBytes]))).toBe('EINVAL');
      expect(heapOf(space, 'system').usedBytes).toBe(0);
    }));

  test('create_ttm_exists: who has memory keeps it', () =>
    withDevice({}, async (space) => {
      using made = await filledBo(space, boBytes, ['system']);
      const { startBytes } = stateOf(space, made);
      await made.set(new Uint8Array(boBytes).fill(9));
      expect(stateOf(space, made).startBytes).toBe(startBytes);
      expect(heapOf(space, 'system').counts.placed).toBe(1);
    }));

  test('create_failed: where the system has no memory there is no room, and nothing is left', () =>
    withDevice({}, async (space) => {
      using made = bo(space, boBytes, ['system']);
      const mend = breakGrowth(space, 0);
      expect(await codeOf(() => made.set(new Uint8Array(boBytes)))).toBe('ENOMEM');
      expect(await codeOf(() => validate(space, made))).toBe('ENOMEM');
      expect(heapOf(space, 'system').usedBytes).toBe(0);
      mend();
      await made.set(new Uint8Array(boBytes).fill(2));
      await expectBytes(made, 2);
    }));

  test('create_failed: what the system has given is had by who needs it', () =>
    withDevice(swap, async (space) => {
      using first = await filledBo(space, boBytes, ['system'], 1);
      // No more than that.
      const mend = breakGrowth(space, boBytes);
      using second = bo(space, boBytes, ['system']);
      await second.set(new Uint8Array(boBytes).fill(2));
      expect([first, second].map((one) => stateOf(space, one).heap)).toEqual(['swap', 'system']);
      expect(await codeOf(() => space.transaction((tx) => tx.edit(second)))).toBe('ENOMEM');
      await expectBytes(first, 1);
      await expectBytes(second, 2);
      mend();
    }));

  test('destroy_basic: with the last of several references', () =>
    withDevice({}, async (space) => {
      const made = await filledBo(space, boBytes, ['system']);
      const same = space.open(made.handle);
      made.dispose();
      expect(heapOf(space, 'system').usedBytes).toBe(boBytes);
      await expectBytes(same, 7);
      same.dispose();
      expect(heapOf(space, 'system').usedBytes).toBe(0);
    }));

  test('populate_null_ttm: nobody looks at memory that is not there', () =>
    withDevice({}, async (space) => {
      using made = bo(space, boBytes, ['system']);
      // Linux: EINVAL. Here it is a promise of the library's own that would be broken.
      expect(() => bytesOfBuffer(coreOf(space).agent, slotOf(space, made))).toThrow(/has memory/);
    }));

  test('populate_populated: placed again, it has the same bytes', () =>
    withDevice({}, async (space) => {
      using made = await filledBo(space, boBytes, ['system']);
      const before = movedBytes(space);
      await validate(space, made);
      await validate(space, made, ['system', 'vram']);
      expect(movedBytes(space)).toBe(before);
      await expectBytes(made, 7);
    }));

  test('unpopulate_basic: memory that was taken back is gone, and comes again', () =>
    withDevice({}, async (space) => {
      using made = bo(space, boBytes, ['system']);
      await validate(space, made);
      await space.transaction(async (tx) => {
        await tx.lock(made);
        unplaceLocked(coreOf(space).agent, slotOf(space, made));
      });
      expect(stateOf(space, made).heap).toBe(null);
      expect(heapOf(space, 'system').usedBytes).toBe(0);
      await expectBytes(made, 0);
    }));

  test('unpopulate_empty: where there is none, nothing happens', () =>
    withDevice({}, async (space) => {
      using made = bo(space, boBytes, ['system']);
      await space.transaction(async (tx) => {
        await tx.lock(made);
        unplaceLocked(coreOf(space).agent, slotOf(space, made));
      });
      expect(heapOf(space, 'system')).toMatchObject({ usedBytes: 0, counts: { freed: 0 } });
    }));

  test('swapin_basic: what was swapped out comes back whole, and leaves nothing there', () =>
    withDevice(swap, async (space) => {
      using made = await filledBo(space, 2 * pageBytes, ['system'], 42);
      await swapOut(space, made);
      expect(heapOf(space, 'system').usedBytes).toBe(0);
      await validate(space, made);
      expect(stateOf(space, made)).toMatchObject({ heap: 'system', contents: 'good' });
      expect(heapOf(space, 'swap').usedBytes).toBe(0);
      expect(heapOf(space, 'system').counts.swappedIn).toBe(1);
      await expectBytes(made, 42);
    }));
});
