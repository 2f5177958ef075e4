/**
 * A swap file whose reads and writes stop half way, give nothing, or throw: what goes through is right, and what does not is a
 * documented error. Here the calls of this thread's file system are meddled with; in swap-file.long.test.ts the system refuses.
 */
import fs, { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FencelineError, type SharedBuffer, type Space } from 'fenceline';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { withSpace } from './with-space.ts';

const KiB = 1024;
const folder = mkdtempSync(join(tmpdir(), 'fenceline-swap-file-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

const options = {
  budgetBytes: 8 * KiB,
  patienceMs: 40,
  swap: { sizeBytes: 64 * KiB, file: join(folder, 'swap') },
};

type Words = SharedBuffer<'u32', readonly [number]>;
type Transfer = (file: number, bytes: Uint8Array, offset: number, length: number, position: number) => number;
/** What the n-th call does, from 0; `call` is the system's. */
type Fault = (nth: number, call: Transfer, ...rest: Parameters<Transfer>) => number;

/** Puts a fault in the way of each write or read of blocks. Outcomes: how many there were. */
function meddle(what: 'writeSync' | 'readSync', fault: Fault): () => number {
  const call = fs[what].bind(fs) as Transfer;
  let count = 0;
  vi.spyOn(fs, what).mockImplementation(((...rest: Parameters<Transfer>) => fault(count++, call, ...rest)) as never);
  return () => count;
}

function fails(code: string): never {
  throw Object.assign(new Error(`${code}: it does not work`), { code });
}

const half: Fault = (_nth, call, file, bytes, offset, length, position) =>
  call(file, bytes, offset, Math.ceil(length / 2), position);

const faults: readonly (readonly [name: string, fault: () => number])[] = [
  ['nothing', () => 0],
  ['ENOSPC', () => fails('ENOSPC')],
];

/** Fills buffers of 4 KiB, of which two fit, each with its number. Outcomes: what each is filled with, and the errors. */
async function fill(space: Space, count: number) {
  const held = new Map<Words, number>();
  const errors: FencelineError[] = [];
  for (let at = 0; at < count; at++) {
    const buffer = space.buffer('u32', [KiB]) as Words;
    held.set(buffer, 0);
    try {
      await buffer.set(new Uint32Array(KiB).fill(at + 1));
      held.set(buffer, at + 1);
    } catch (error) {
      errors.push(error as FencelineError);
    }
  }
  return { held, errors };
}

/** Every buffer holds what it should, or its reader is told that its contents are lost. Outcomes: how many are. */
async function countLost(held: ReadonlyMap<Words, number>): Promise<number> {
  let lost = 0;
  for (const [buffer, value] of held) {
    const words = await buffer.get().catch((error: unknown) => {
      expect([FencelineError.is(error, 'EINPUT'), (error as FencelineError).cause]).toEqual([
        true,
        expect.objectContaining({
          code: 'EIO',
          message: expect.stringMatching(/were swapped out, and heap 'swap' did not give back/),
        }),
      ]);
      return undefined;
    });
    if (words === undefined) lost++;
    else expect(words.every((word) => word === value)).toBe(true);
  }
  return lost;
}

function expectRefused(errors: readonly FencelineError[], why: RegExp): void {
  for (const { code, message } of errors) expect([code, message]).toEqual(['ENOMEM', expect.stringMatching(why)]);
}

describe('a write', () => {
  test('that takes a part is gone on with, and so is a read that gives a part', () =>
    withSpace(options, async (space) => {
      const [writes, reads] = [meddle('writeSync', half), meddle('readSync', half)];
      const { held, errors } = await fill(space, 6);
      expect([errors, await countLost(held)]).toEqual([[], 0]);
      // Halves of 4 KiB down to one byte.
      expect([writes() > 50, reads() > 50]).toEqual([true, true]);
      for (const buffer of held.keys()) buffer.dispose();
    }));

  test.each(faults)('that takes a part, and then gives %s, loses nothing, and the error says so', (name, fault) =>
    withSpace(options, async (space) => {
      meddle('writeSync', (nth, ...rest) => (nth % 2 === 0 ? half(nth, ...rest) : fault()));
      const { held, errors } = await fill(space, 4);
      expect(errors.length).toBe(2);
      const why = name === 'nothing' ? 'it stopped after 2048 of 4096 bytes' : `${name}: it does not work`;
      expectRefused(errors, new RegExp(`The swap file refused \\d+ writes, the last one because: ${why}\\.$`));
      vi.restoreAllMocks();
      expect(await countLost(held)).toBe(0);
      for (const buffer of held.keys()) buffer.dispose();
    }),
  );

  test.each(faults)('of which the n-th gives %s is made again with another buffer, for every n', (_name, fault) =>
    withSpace(options, async (space) => {
      for (let nth = 0, isReached = true; isReached; nth++) {
        const writes = meddle('writeSync', (at, call, ...rest) => (at === nth ? fault() : call(...rest)));
        const { held, errors } = await fill(space, 6);
        expectRefused(errors, /The swap file refused \d+ writes/);
        expect(await countLost(held)).toBe(0);
        isReached = writes() > nth;
        vi.restoreAllMocks();
        for (const buffer of held.keys()) buffer.dispose();
      }
    }),
  );
});

describe('a read', () => {
  test.each(faults)('of which the n-th gives %s loses one buffer, and says which, for every n', (_name, fault) =>
    withSpace(options, async (space) => {
      for (let nth = 0, isReached = true; isReached; nth++) {
        const { held } = await fill(space, 6);
        const reads = meddle('readSync', (at, call, ...rest) => (at === nth ? fault() : call(...rest)));
        const lost = await countLost(held);
        isReached = reads() > nth;
        expect(lost).toBe(isReached ? 1 : 0);
        vi.restoreAllMocks();
        for (const buffer of held.keys()) buffer.dispose();
      }
    }),
  );
});
