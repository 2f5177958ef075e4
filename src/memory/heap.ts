/**
 * The payload memory of one heap, as one thread sees it: bytes, without any idea of what is where.
 *
 * One growable SharedArrayBuffer whose maximum is the capacity; or a shared WebAssembly.Memory with a maximum, grown in
 * pages of 64 KiB; or, where the space is not shared, a resizable ArrayBuffer. Engines without growable buffers get all
 * of it at once. Memory is only ever added: neither a SharedArrayBuffer nor a WebAssembly.Memory can shrink, so what
 * was once used stays with the process until the space is gone (untouched pages cost nothing).
 *
 * Views have a fixed length: a view that tracks the length of a growable buffer is 6 to 50 times slower. They stay
 * valid when the memory grows, in this thread or another.
 *
 * Or a file, which has no bytes that could be seen: blocks of it are read and written (cells/block-file.ts).
 *
 * A HeapMemory is plain data that can be posted to another thread, which then has the same memory.
 * Not here: who owns which bytes (allocator.ts).
 */
import { AssertionFailed, assert } from '../base/assert.ts';
import { fail } from '../base/errors.ts';
import { makeBlockFile, openBlockFile } from '../cells/block-file.ts';
import type { Payload } from '../cells/memory.ts';
import { mayGrowTo } from './wasm-maximum.ts';

export interface HeapMemory {
  readonly name: string;
  readonly capacityBytes: number;
  /** Replaced when a WebAssembly.Memory grew: old views stay valid, new ones need the new buffer. */
  buffer: SharedArrayBuffer | ArrayBuffer;
  readonly wasm?: WebAssembly.Memory;
  /** Path of the file that it is. */
  readonly file?: string;
}

export interface HeapMemoryOptions {
  readonly name: string;
  /** More than 0. With `wasm`, no more than its maximum. */
  readonly capacityBytes: number;
  readonly isShared: boolean;
  /** Shared, with a maximum: its bytes become the heap's, from address 0 on. */
  readonly wasm?: WebAssembly.Memory;
}

/** Memory is added in steps of this, so that growing is rare: pages are touched, and paid for, when they are used. */
const stepBytes = 4 * 2 ** 20;
const pageBytes = 64 * 1024;

/** Reserves the memory of a heap. Outcomes: the memory, or EINVAL if the engine cannot reserve that much, or not so. */
export function createHeapMemory({ name, capacityBytes, isShared, wasm }: HeapMemoryOptions): HeapMemory {
  assert(capacityBytes > 0, 'A heap has a capacity.');
  if (wasm !== undefined) return createWasmHeap(name, capacityBytes, wasm);
  try {
    return { name, capacityBytes, buffer: reserve(capacityBytes, isShared) };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const message = `The size of heap '${name}' (${capacityBytes} bytes) is more than this engine can reserve.`;
    return fail('EINVAL', message, { argument: 'sizeBytes' }, error);
  }
}

/**
 * Makes sure that the first `bytes` are there, for every thread. Any thread may call it, several at once.
 * Outcomes: done, or the engine's RangeError if the system has no memory left.
 */
export function ensureLength(heap: HeapMemory, bytes: number): void {
  assert(bytes <= heap.capacityBytes, 'A heap is not used beyond its capacity.');
  if (heap.buffer.byteLength >= bytes) return;
  if (heap.wasm !== undefined) growWasm(heap, heap.wasm, bytes);
  else growBuffer(heap.buffer, Math.min(Math.ceil(bytes / stepBytes) * stepBytes, heap.capacityBytes), bytes);
}

/** A view of `length` bytes from `start` on; memory that was not there yet is added, as zeros. */
export function bytesOf(heap: HeapMemory, start: number, length: number): Uint8Array {
  ensureLength(heap, start + length);
  return new Uint8Array(heap.buffer, start, length);
}

/** A heap in a file. Outcomes: the heap; EINVAL if the file cannot be made. */
export function createFileHeap(name: string, capacityBytes: number, file: string, isShared: boolean): HeapMemory {
  const problem = makeBlockFile(file);
  if (problem !== undefined) {
    fail('EINVAL', `The file '${file}' of heap '${name}' cannot be made: ${problem}.`, { argument: 'swap.file' });
  }
  return { name, capacityBytes, file, buffer: isShared ? new SharedArrayBuffer(0) : new ArrayBuffer(0) };
}

/** The heap's memory in the form that agents carry (`Agent.payloads`). */
export function payloadOf(heap: HeapMemory): Payload {
  if (heap.file !== undefined) {
    const { name, buffer, file } = heap;
    return { name, buffer, file: openBlockFile(file), bytes: refuseBytes };
  }
  return {
    name: heap.name,
    bytes: (start, length) => bytesOf(heap, start, length),
    get buffer() {
      return heap.buffer;
    },
  };
}

function refuseBytes(): never {
  throw new AssertionFailed('Nobody looks at bytes in a file: they are moved to memory first.');
}

function createWasmHeap(name: string, capacityBytes: number, wasm: WebAssembly.Memory): HeapMemory {
  const buffer = sharedBufferOf(wasm, name);
  if (!mayGrowTo(wasm, Math.ceil(capacityBytes / pageBytes))) {
    const message = `The size of heap '${name}' (${capacityBytes} bytes) is more than the maximum of its WebAssembly.Memory.`;
    fail('EINVAL', message, { argument: 'sizeBytes' });
  }
  return { name, capacityBytes, buffer, wasm };
}

function reserve(capacityBytes: number, isShared: boolean): SharedArrayBuffer | ArrayBuffer {
  if (isShared) {
    // An engine that does not know the option would ignore it, and give a buffer of no bytes.
    if (!('grow' in SharedArrayBuffer.prototype)) return new SharedArrayBuffer(capacityBytes);
    return new SharedArrayBuffer(0, { maxByteLength: capacityBytes });
  }
  if (!('resize' in ArrayBuffer.prototype)) return new ArrayBuffer(capacityBytes);
  return new ArrayBuffer(0, { maxByteLength: capacityBytes });
}

function sharedBufferOf(wasm: WebAssembly.Memory, name: string): SharedArrayBuffer {
  // The types of WebAssembly.Memory do not know that a shared one has a SharedArrayBuffer.
  const buffer: unknown = wasm.buffer;
  if (typeof SharedArrayBuffer !== 'undefined' && buffer instanceof SharedArrayBuffer) return buffer;
  return fail('EINVAL', `The WebAssembly.Memory of heap '${name}' is not shared.`, { argument: 'memory' });
}

function growBuffer(buffer: SharedArrayBuffer | ArrayBuffer, length: number, least: number): void {
  try {
    if (buffer instanceof ArrayBuffer) buffer.resize(length);
    else buffer.grow(length);
  } catch (error) {
    // Another thread may have grown it further meanwhile, and a shared buffer refuses to become shorter.
    if (buffer.byteLength < least) throw error;
  }
}

function growWasm(heap: HeapMemory, wasm: WebAssembly.Memory, least: number): void {
  // Growing by nothing refreshes this thread's idea of the length after another thread's growth.
  const pages = wasm.grow(0);
  const wanted = Math.ceil(Math.min(Math.ceil(least / stepBytes) * stepBytes, heap.capacityBytes) / pageBytes);
  try {
    if (pages < wanted) wasm.grow(wanted - pages);
  } catch (error) {
    // Two threads that grow at once may overshoot the maximum between them; what counts is what is there now.
    if (wasm.grow(0) * pageBytes < least) throw error;
  }
  heap.buffer = sharedBufferOf(wasm, heap.name);
}
