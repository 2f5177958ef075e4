/**
 * What the tests of TTM's cases share: a space as their harness has devices, with heaps for its memory types, and eyes for
 * what became of buffers. Not here: which cases there are (ttm-cases.ts).
 */
import type { BufferOptions, SharedBuffer, Space, SpaceOptions, WaitOptions } from 'fenceline';
import { FencelineError } from 'fenceline';
import { type BufferDump, dumpMemory, type HeapDump } from 'fenceline/dump';
import { expect } from 'vitest';
import { withSpace } from '../space/with-space.ts';

export const pageBytes = 4096;
/** Size of a buffer in most of Linux's cases. */
export const boBytes: number = 2 * pageBytes;
/** Size of a heap there. */
export const managerBytes: number = 2 ** 20;

export type Bo = SharedBuffer<'u8', readonly [number]>;

/** The heaps are TTM's memory types: 'system' is SYSTEM; 'tiny' is the manager in which nothing fits. */
export function withDevice(options: SpaceOptions, body: (space: Space) => Promise<void>): Promise<void> {
  const heaps = ['vram', 'tt', 'mock'].map((name) => ({ name, sizeBytes: managerBytes }));
  const all = [...heaps, { name: 'tiny', sizeBytes: 64 }];
  return withSpace({ heaps: all, patienceMs: 30, traceEvents: 256, ...options }, body);
}

export function bo(
  space: Space,
  bytes: number = boBytes,
  heaps: readonly string[] = ['vram'],
  more: BufferOptions = {},
): Bo {
  return space.buffer('u8', [bytes], { heaps, ...more });
}

/** One that has memory in the first of these heaps, and contents: bytes of this value. */
export async function filledBo(space: Space, bytes: number, heaps: readonly string[], value: number = 7): Promise<Bo> {
  const made = bo(space, bytes, heaps);
  await made.set(new Uint8Array(bytes).fill(value));
  return made;
}

/** ttm_bo_validate. */
export function validate(
  space: Space,
  buffer: Bo,
  heaps: readonly string[] = [],
  options: WaitOptions = {},
): Promise<void> {
  return space.transaction((tx) => tx.place(buffer, heaps), options);
}

/** ttm_bo_reserve and unreserve. */
export function reserve(space: Space, buffer: Bo, options: WaitOptions = {}): Promise<void> {
  return space.transaction((tx) => tx.lock(buffer), options);
}

/** Holds a buffer's lock until it is told to let go. */
export async function holdLock(space: Space, buffer: Bo): Promise<() => Promise<void>> {
  let isHeld = (): void => {};
  let letGo = (): void => {};
  const held = new Promise<void>((resolve) => {
    isHeld = resolve;
  });
  const over = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const transaction = space.transaction(async (tx) => {
    await tx.lock(buffer);
    isHeld();
    await over;
  });
  await Promise.race([held, transaction]);
  return () => {
    letGo();
    return transaction;
  };
}

/** The code of the error that it ends with; 'ok' if with none. */
export async function codeOf(work: () => unknown): Promise<string> {
  try {
    await work();
    return 'ok';
  } catch (error) {
    return error instanceof FencelineError ? (error as FencelineError).code : `${error}`;
  }
}

export function heapOf(space: Space, name: string): HeapDump {
  const found = dumpMemory(space).heaps.find((heap) => heap.name === name);
  if (found === undefined) throw new Error(`The space has a heap '${name}'.`);
  return found;
}

export function stateOf(space: Space, buffer: Bo): BufferDump {
  const found = dumpMemory(space).buffers.find(({ id }) => id === buffer.id);
  if (found === undefined) throw new Error(`The dump has buffer '${buffer.label}'.`);
  return found;
}

/** What Linux counts as moved, here since the space was made: memory given to who had none, and every copy. */
export function movedBytes(space: Space): number {
  const { history } = dumpMemory(space);
  if (history === null || history.lost > 0) throw new Error('The space is traced, and no event was lost.');
  const counted = history.events.filter(({ what, heap }) => what !== 'freed' && heap !== null);
  return counted.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

/** All bytes of a buffer have this value. */
export async function expectBytes(buffer: Bo, value: number): Promise<void> {
  const bytes = await buffer.get();
  expect(
    bytes.every((byte) => byte === value),
    `all of '${buffer.label}' is ${value}`,
  ).toBe(true);
}
