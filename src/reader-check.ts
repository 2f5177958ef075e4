/**
 * The debug knob `checkReaders`: a kernel that writes into what it declares to read is found when it ends.
 *
 * Whoever writes so races with every other reader, and no type forbids it: views of readers are over the same bytes. The sum
 * of the bytes is taken before the kernel runs and after, so what changes them and changes them back is not seen.
 * Readers run at the same time: the one that is told may be beside the one that wrote.
 */
import { DEBUG_CHECK_READERS, H_DEBUG } from './base/layout.ts';
import { load } from './cells/cell.ts';
import type { Core } from './core.ts';
import { checksumOf } from './memory/transfer.ts';

/** What one kernel reads, and the sums of it. */
export class ReaderCheck {
  readonly #read: { readonly label: string; readonly bytes: Uint8Array; readonly sum: number }[] = [];

  add(label: string, bytes: Uint8Array): void {
    this.#read.push({ label, bytes, sum: sumOf(bytes) });
  }

  /** Outcomes: the label of a buffer whose bytes are others than they were; or undefined. Context: they are still in use. */
  changed(): string | undefined {
    return this.#read.find(({ bytes, sum }) => sumOf(bytes) !== sum)?.label;
  }
}

/** Outcomes: a check for one kernel, or undefined if the knob is off. */
export function newReaderCheck({ agent }: Core): ReaderCheck | undefined {
  return (load(agent.words, H_DEBUG) & DEBUG_CHECK_READERS) === 0 ? undefined : new ReaderCheck();
}

function sumOf(bytes: Uint8Array): number {
  // A window of bytes may begin anywhere.
  return checksumOf(bytes.byteOffset % 4 === 0 ? bytes : bytes.slice());
}
