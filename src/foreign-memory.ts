/** Buffers whose memory is an exporter's own: no heap of the space has it, so jobs and views of this library cannot see it. */
import { fail } from './base/errors.ts';
import { exportFlags, FOREIGN } from './buffer/exports.ts';
import type { Core } from './core.ts';
import type { BufferParts, SharedBuffer } from './shared-buffer.ts';
import type { BaseTransaction } from './transaction-base.ts';

/** Outcomes: nothing if a heap has the buffer's memory, or will; ENODEV if it is an exporter's own. */
export function checkSeen(core: Core, { buffer, label }: { readonly buffer: number; readonly label: string }): void {
  if ((exportFlags(core.agent, buffer) & FOREIGN) === 0) return;
  const sentence = `The memory of buffer '${label}' is its exporter's own, which no job or view can see.`;
  fail('ENODEV', `${sentence} Hint: attach to it and map it, or vmap() it where it is exported.`, { device: label });
}

/** The parts of a buffer whose bytes a transaction is to see. Outcomes: as its `enter`, and `checkSeen`. */
export function enterSeen(tx: BaseTransaction, buffer: SharedBuffer): BufferParts {
  const parts = tx.enter(buffer, 'buffer');
  checkSeen(tx.core, parts);
  return parts;
}
