/**
 * The cases of Linux's own suite of fence chains (st-dma-fence-chain), over the public API: a chain is what a sync object with
 * points holds. Linux finds a node; here a point is asked for and gives a fence, which is the same if it waits for the same.
 */
import type { Fence, Space } from 'fenceline';
import { type SyncObject, syncObject, type Timeline, timeline } from 'fenceline/sync';
import { describe, expect, test } from 'vitest';
import { randomOf } from '../pool/kills.ts';
import { withSpace } from '../space/with-space.ts';

interface Chains {
  readonly space: Space;
  readonly object: SyncObject;
  readonly lines: readonly Timeline[];
  /** Signals the fence of link `index`, in whatever order. */
  readonly signal: (index: number) => void;
}

/** A sync object with one link a fence, each fence of a timeline of its own; `added` looks after each link. */
function withChains(
  count: number,
  body: (chains: Chains) => void | Promise<void>,
  seqnoOf: (index: number) => number = (index) => index + 1,
  added: (chains: Chains, index: number) => void = () => {},
): Promise<void> {
  return withSpace({ limits: { timelines: count + 1, chunks: 16_384 } }, async (space) => {
    using object = syncObject(space, 'chain');
    const lines = Array.from({ length: count }, (_, index) => timeline(space, `${index}`));
    const chains: Chains = { space, object, lines, signal: (index) => lines[index]?.signal(1) };
    for (const [index, line] of lines.entries()) {
      object.replace(line.issue(), seqnoOf(index));
      added(chains, index);
    }
    await body(chains);
    for (const line of lines) line.dispose();
  });
}

/** Which links a fence waits for. */
function linksOf(fence: Fence | undefined): readonly number[] | undefined {
  return fence?.points
    .filter(({ status }) => status === 'pending')
    .map(({ timeline: name }) => Number(name))
    .sort((a, b) => a - b);
}

/** 0 to count - 1. */
function upTo(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}

function shuffled(count: number, random: (below: number) => number): readonly number[] {
  const order = [...upTo(count)];
  for (let at = count - 1; at > 0; at--) {
    const other = random(at + 1);
    [order[at], order[other]] = [order[other] as number, order[at] as number];
  }
  return order;
}

describe('dma-fence-chain', () => {
  test('sanitycheck: a chain of one link is over with its fence', () =>
    withChains(1, ({ object, signal }) => {
      expect(object.peek(1)?.status).toBe('pending');
      signal(0);
      expect(object.peek(1)?.status).toBe('done');
    }));

  test('find_seqno: each point stands for its link, the next one is not there yet, and 0 asks for all there is', () =>
    withChains(
      64,
      ({ object }) => {
        expect(linksOf(object.peek(0))).toEqual(upTo(64));
        for (let index = 0; index < 64; index++) expect(linksOf(object.peek(index + 1))).toEqual(upTo(index + 1));
      },
      undefined,
      ({ object }, index) => {
        expect(linksOf(object.peek(index + 1))).toEqual(upTo(index + 1));
        expect(object.peek(index + 2)).toBe(undefined);
        if (index > 0) expect(linksOf(object.peek(index))).toEqual(upTo(index));
      },
    ));

  test('find_signaled: a point whose link is over is there, and over', () =>
    withChains(2, ({ object, signal }) => {
      signal(0);
      expect(object.peek(1)?.status).toBe('done');
      expect(object.peek(2)?.status).toBe('pending');
    }));

  test('find_out_of_order: a link that is over before its time is passed over, and the one before it is still waited for', () =>
    withChains(3, ({ object, signal }) => {
      signal(1);
      expect(linksOf(object.peek(2))).toEqual([0]);
      signal(0);
      expect(object.peek(2)?.status).toBe('done');
    }));

  test('find_gap: a point between two links stands for the later one', () =>
    withChains(
      64,
      ({ object }) => {
        for (let index = 0; index < 64; index++) {
          expect(linksOf(object.peek(2 * index + 1))).toEqual(upTo(index + 1));
          expect(linksOf(object.peek(2 * index + 2))).toEqual(upTo(index + 1));
        }
      },
      (index) => 2 * index + 2,
    ));

  test('find_race: whatever is signalled meanwhile, every point is found, and waits for what is pending up to it', () => {
    const seed = Date.now() % 1_000_000;
    const random = randomOf(seed);
    // Linux races the threads of all cores for 5 s; for threads there is test/explore, here it is any order of calls.
    return withChains(512, ({ object, signal }) => {
      const pending = new Set(upTo(512));
      for (let step = 0; step < 400; step++) {
        const point = 1 + random(512);
        const expected = [...pending].filter((index) => index < point);
        expect(linksOf(object.peek(point)), `seed ${seed}, step ${step}`).toEqual(expected);
        const index = random(511);
        if (pending.delete(index)) signal(index);
      }
    });
  });

  test('signal_forward: each point is over with its link, and the next is not', () =>
    withChains(64, ({ object, signal }) => {
      for (let index = 0; index < 64; index++) {
        signal(index);
        expect(object.peek(index + 1)?.status).toBe('done');
        if (index < 63) expect(object.peek(index + 2)?.status).toBe('pending');
        expect(object.query()).toBe(index + 1);
      }
    }));

  test('signal_backward: no point is over before the first link is', () =>
    withChains(64, ({ object, signal }) => {
      for (let index = 63; index >= 0; index--) {
        signal(index);
        if (index > 0) expect(object.peek(index + 1)?.status).toBe('pending');
      }
      for (let index = 0; index < 64; index++) expect(object.peek(index + 1)?.status).toBe('done');
    }));

  const orders: Readonly<Record<string, (count: number, random: (below: number) => number) => readonly number[]>> = {
    wait_forward: upTo,
    wait_backward: (count) => [...upTo(count)].reverse(),
    wait_random: shuffled,
  };
  test.each(Object.entries(orders))(
    '%s: who waits for the last point is told when all links are over',
    (_, orderOf) => {
      const seed = Date.now() % 1_000_000;
      return withChains(4096, async ({ object, signal }) => {
        let isOver = false;
        const fence = await object.submitted(4096);
        const waiting = fence.wait().then(() => {
          isOver = true;
        });
        const order = orderOf(4096, randomOf(seed));
        for (const index of order.slice(0, -1)) signal(index);
        await new Promise((resolve) => setTimeout(resolve, 0));
        expect(isOver, `seed ${seed}`).toBe(false);
        signal(order.at(-1) as number);
        await waiting;
      });
    },
  );
});
