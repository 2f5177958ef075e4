/**
 * Copying the contents of a buffer from one block to another: between memories, to a file, and back.
 *
 * What goes to a file is summed up on the way (`B_CHECKSUM`), and what comes back is compared: a file can lose a page, be
 * cut short, or be written by somebody else, and wrong bytes must not be taken for right ones. Memory is not summed up.
 *
 * Context of everything here: nobody else looks at either block (move.ts). Not here: what a failed copy means.
 */
import { B_CHECKSUM, H_SWAP_REFUSED } from '../base/layout.ts';
import { bufferAt } from '../buffer/buffer.ts';
import type { BlockFile } from '../cells/block-file.ts';
import { add, load, store } from '../cells/cell.ts';
import type { Agent } from '../cells/memory.ts';
import { blockHeap, blockStartBytes } from './allocator.ts';
import { bytesOfBlock } from './placement.ts';

/** 'refused': the target took not all of it, and nothing is lost. 'lost': the source does not give back what it was given. */
export type Copied = 'copied' | 'refused' | 'lost';

/** Copies a buffer's bytes from one block to another. Outcomes: as `Copied`; throws what is no matter of memory or files. */
export function copyContents(agent: Agent, buffer: number, from: number, to: number): Copied {
  const target = fileOf(agent, to);
  const source = fileOf(agent, from);
  if (target !== undefined) return writeOut(agent, buffer, target, from, to);
  try {
    const bytes = bytesOfBlock(agent, buffer, to);
    if (source !== undefined) return readBack(agent, buffer, source, from, bytes);
    bytes.set(bytesOfBlock(agent, buffer, from));
    return 'copied';
  } catch (error) {
    // The engine could not make the heap's memory longer.
    if (error instanceof RangeError) return 'refused';
    throw error;
  }
}

function writeOut(agent: Agent, buffer: number, file: BlockFile, from: number, to: number): Copied {
  const bytes = bytesOfBlock(agent, buffer, from);
  if (!file.write(blockStartBytes(agent, to), bytes)) {
    add(agent.words, H_SWAP_REFUSED, 1);
    return 'refused';
  }
  store(agent.words, bufferAt(agent, buffer) + B_CHECKSUM, checksumOf(bytes));
  return 'copied';
}

function readBack(agent: Agent, buffer: number, file: BlockFile, from: number, into: Uint8Array): Copied {
  const isRead = file.read(blockStartBytes(agent, from), into);
  return isRead && checksumOf(into) === load(agent.words, bufferAt(agent, buffer) + B_CHECKSUM) ? 'copied' : 'lost';
}

function fileOf(agent: Agent, block: number): BlockFile | undefined {
  return agent.payloads[blockHeap(agent, block)]?.file;
}

/**
 * A sum of 32 bits over bytes that start at a multiple of four: every step can be undone, so one changed word always changes
 * the sum, and chance hides a larger difference once in four thousand million times.
 */
export function checksumOf(bytes: Uint8Array): number {
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2);
  let sum = bytes.length | 0;
  for (let index = 0; index < words.length; index++) {
    // An index below the length.
    sum = Math.imul(sum ^ (words[index] as number), 0x9e3779b1);
    sum ^= sum >>> 15;
  }
  for (let index = words.length * 4; index < bytes.length; index++) {
    sum = Math.imul(sum ^ (bytes[index] as number), 0x9e3779b1);
    sum ^= sum >>> 15;
  }
  return sum | 0;
}
