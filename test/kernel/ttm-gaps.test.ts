/**
 * Gaps of Linux's suites that are about moving, those that no other test of this library is about: docs/kernel-map.md lists
 * where the others are.
 */
import type { SharedBuffer, Space, Transaction } from 'fenceline';
import { type Attachment, attach, type Exported, exportBuffer } from 'fenceline/driver';
import { describe, expect, test } from 'vitest';
import { done } from '../driver/camera.ts';
import { withSpace } from '../space/with-space.ts';
import { type Bo, bo, boBytes, codeOf, filledBo, holdLock, validate, withDevice } from './ttm.ts';

type Frame = Exported<'u8', readonly [16], { readonly in: string }>;
const contentions = [undefined, 'always'] as const;
const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const lockable = (frame: Frame): SharedBuffer => frame as unknown as SharedBuffer;

/** Frames of one exporter, whose fast memory has room for one: whoever maps a frame has it brought there, and another moved out. */
class Card {
  readonly frames: readonly Frame[];
  moves = 0;
  #inside: number | undefined;
  readonly #space: Space;
  readonly #places: string[] = [];

  constructor(space: Space, count: number) {
    this.#space = space;
    this.frames = Array.from({ length: count }, (_, at) => this.#frame(at));
  }

  #frame(at: number): Frame {
    const map = async (_: unknown, tx: Transaction): Promise<{ in: string }> => {
      await this.#bringIn(tx, at);
      return { in: this.#places[at] ?? 'ram' };
    };
    return exportBuffer(this.#space, { name: 'card', map, unmap: () => {}, release: () => {} }, 'u8', [16]) as Frame;
  }

  async #bringIn(tx: Transaction, at: number): Promise<void> {
    while (this.#inside !== undefined && this.#inside !== at) {
      const victim = this.#inside;
      await tx.lock(lockable(this.frames[victim] as Frame));
      if (this.#inside === victim) await this.#move(tx, victim, 'ram');
    }
    this.#inside = at;
    if (this.#places[at] !== 'fast') await this.#move(tx, at, 'fast');
  }

  async #move(tx: Transaction, at: number, to: string): Promise<void> {
    await (this.frames[at] as Frame).moving(tx, async () => {
      this.#places[at] = to;
      if (to === 'ram') this.#inside = undefined;
      this.moves++;
      return done(this.#space);
    });
  }
}

describe.each(contentions)('contention %s', (contend) => {
  const debug = contend === undefined ? {} : { debug: { contend } };

  test('the ticket is handed on across three devices: map moves, moving evicts, who is evicted is told, and maps again', () =>
    withSpace({ patienceMs: 50, ...debug }, async (space) => {
      const card = new Card(space, 3);
      const told = [0, 0, 0];
      const links: Attachment<{ in: string }>[][] = told.map((_, device) =>
        card.frames.map((frame) => {
          const invalidate = (): void => {
            told[device] = (told[device] ?? 0) + 1;
          };
          return attach(frame, { name: `device ${device}`, invalidate });
        }),
      );
      const work = async (device: number, round: number): Promise<void> => {
        const order = [device, (device + 1 + (round % 2)) % 3];
        await space.transaction(async (tx) => {
          for (const at of order) {
            const link = links[device]?.[at] as Attachment<{ in: string }>;
            await tx.lock(lockable(card.frames[at] as Frame));
            expect(await link.map(tx)).toEqual({ in: 'fast' });
            await later(0);
            // Refused if it were stale: nobody moves what this transaction has locked.
            link.use(tx, done(space), 'read');
          }
        });
      };
      for (let round = 0; round < 8; round++) await Promise.all([0, 1, 2].map((device) => work(device, round)));
      expect(card.moves).toBeGreaterThan(8);
      expect(told.every((count) => count > 0)).toBe(true);
      for (const link of links.flat()) link.dispose();
      for (const frame of card.frames) frame.dispose();
    }));

  test('eviction under contention is never out of memory, however long others keep their locks', () =>
    withDevice({ ...debug, patienceMs: 5, swap: { sizeBytes: 2 ** 20 }, budgetBytes: 4 * boBytes }, async (space) => {
      const buffers: Bo[] = [];
      for (let at = 0; at < 8; at++) buffers.push(await filledBo(space, boBytes, ['system'], at));
      let wrong = 0;
      const work = (first: number): Promise<void> =>
        space.transaction(async (tx) => {
          // Three of four: no two transactions have room beside each other.
          for (const at of [first, first + 3, first + 5]) {
            const { data } = await tx.read(buffers[at % 8] as Bo);
            if (data.some((byte) => byte !== at % 8)) wrong++;
          }
          // Longer than the patience of who waits for memory.
          await later(12);
        });
      const codes = await Promise.all(Array.from({ length: 12 }, (_, at) => codeOf(() => work(at))));
      expect(codes).toEqual(Array.from({ length: 12 }, () => 'ok'));
      expect(wrong).toBe(0);
      for (const buffer of buffers) buffer.dispose();
    }));
});

test('a job waits for the lock of a victim, and not in vain', () =>
  withDevice({ patienceMs: 5, swap: { sizeBytes: 2 ** 20 }, budgetBytes: boBytes }, async (space) => {
    using held = await filledBo(space, boBytes, ['system'], 3);
    using wanted = bo(space, boBytes, ['system']);
    const transaction = space.transaction(async (tx) => {
      await tx.lock(held);
      await later(30);
    });
    await later(1);
    await wanted.set(new Uint8Array(boBytes).fill(4));
    await transaction;
    expect(held.isIn('swap')).toBe(true);
    await validate(space, held);
    expect(wanted.isIn('swap')).toBe(true);
  }));

test('who blocks the thread that has the lock of the only victim is told, instead of waiting for itself', () =>
  withDevice({ patienceMs: 5, swap: { sizeBytes: 2 ** 20 }, budgetBytes: boBytes }, async (space) => {
    using held = await filledBo(space, boBytes, ['system'], 3);
    using wanted = bo(space, boBytes, ['system']);
    const letGo = await holdLock(space, held);
    expect(await codeOf(() => space.transactionSync((tx) => tx.place(wanted, [])))).toBe('EDEADLK');
    await letGo();
    space.transactionSync((tx) => tx.place(wanted, []));
    expect(held.isIn('swap')).toBe(true);
  }));
