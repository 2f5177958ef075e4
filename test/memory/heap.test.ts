/** The payload memory of a heap: growth, views, and the three things it may be made of. */
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import type { HeapMemory } from '#fenceline/memory/heap.js';
import { bytesOf, createHeapMemory, ensureLength, payloadOf } from '#fenceline/memory/heap.js';

const MiB = 2 ** 20;
const make = {
  shared: () => createHeapMemory({ name: 'main', capacityBytes: 16 * MiB, isShared: true }),
  unshared: () => createHeapMemory({ name: 'main', capacityBytes: 16 * MiB, isShared: false }),
  wasm: () => {
    const wasm = new WebAssembly.Memory({ initial: 1, maximum: 256, shared: true });
    return createHeapMemory({ name: 'wasm', capacityBytes: 16 * MiB, isShared: true, wasm });
  },
};

describe.each(Object.entries(make))('%s memory', (_kind, heapOf) => {
  test('grows when it is used, in steps, up to its capacity and no further', () => {
    const heap = heapOf();
    expect(heap.buffer.byteLength).toBeLessThan(MiB);
    ensureLength(heap, 65_537);
    expect(heap.buffer.byteLength).toBe(4 * MiB);
    ensureLength(heap, 4 * MiB + 1);
    expect(heap.buffer.byteLength).toBe(8 * MiB);
    ensureLength(heap, 16 * MiB);
    expect(heap.buffer.byteLength).toBe(16 * MiB);
    expect(() => ensureLength(heap, 16 * MiB + 1)).toThrow(/beyond its capacity/);
  });

  test('views have a fixed length and outlive growth', () => {
    const heap = heapOf();
    const view = bytesOf(heap, 100, 50);
    view.fill(7);
    ensureLength(heap, 12 * MiB);
    expect([view.length, view[49], bytesOf(heap, 149, 1)[0], bytesOf(heap, 150, 1)[0]]).toEqual([50, 7, 7, 0]);
  });

  test('is what an agent carries', () => {
    const payload = payloadOf(heapOf());
    payload.bytes(10 * MiB, 4).set([1, 2, 3, 4]);
    expect([payload.name.length > 0, payload.buffer.byteLength]).toEqual([true, 12 * MiB]);
    expect(new Uint8Array(payload.buffer, 10 * MiB, 4)).toEqual(new Uint8Array([1, 2, 3, 4]));
  });
});

test.each(['shared', 'wasm'] as const)(
  '%s memory is the same for whoever it is posted to, also when either side grows it',
  (kind) => {
    const heap = make[kind]();
    bytesOf(heap, 0, 1)[0] = 42;
    const there = post(heap);
    expect(bytesOf(there, 0, 1)[0]).toBe(42);
    bytesOf(there, 9 * MiB, 1)[0] = 43;
    expect(bytesOf(heap, 9 * MiB, 1)[0]).toBe(43);
    ensureLength(there, 10 * MiB);
    expect(Math.max(heap.buffer.byteLength, there.buffer.byteLength)).toBe(12 * MiB);
  },
);

describe('a heap of WebAssembly memory', () => {
  test('may have a maximum that is no multiple of the step', () => {
    const wasm = new WebAssembly.Memory({ initial: 1, maximum: 70, shared: true });
    const heap = createHeapMemory({ name: 'wasm', capacityBytes: 70 * 65536, isShared: true, wasm });
    ensureLength(heap, 4 * MiB + 1);
    expect(heap.buffer.byteLength).toBe(70 * 65536);
  });

  test('sees growth by the program that owns the memory', () => {
    const wasm = new WebAssembly.Memory({ initial: 1, maximum: 256, shared: true });
    const heap = createHeapMemory({ name: 'wasm', capacityBytes: 16 * MiB, isShared: true, wasm });
    wasm.grow(200);
    ensureLength(heap, 12 * MiB);
    expect(heap.buffer.byteLength).toBe(201 * 65536);
  });

  test('that is not shared is refused', () => {
    const wasm = new WebAssembly.Memory({ initial: 1, maximum: 2 });
    const attempt = () => createHeapMemory({ name: 'wasm', capacityBytes: 65536, isShared: true, wasm });
    expect(attempt).toThrow(expect.objectContaining({ code: 'EINVAL', details: { argument: 'memory' } }));
  });
});

test('more than the engine can reserve is refused with the size', () => {
  const attempt = () => createHeapMemory({ name: 'main', capacityBytes: 2 ** 52, isShared: true });
  expect(attempt).toThrow(
    expect.objectContaining({ code: 'EINVAL', message: expect.stringContaining(String(2 ** 52)) }),
  );
});

/** As another thread would get it. */
function post(heap: HeapMemory): HeapMemory {
  const { port1, port2 } = new MessageChannel();
  port1.postMessage(heap);
  const received = receiveMessageOnPort(port2) as { message: HeapMemory };
  port1.close();
  return received.message;
}
