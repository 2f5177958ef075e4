/** Transactions over buffers whose contents only a source can make: asking it, and what to wait for before the next run. */
import { fail } from './base/errors.ts';
import { B_CONTENTS, B_SOURCE, H_QUEUED_INTEREST, H_QUEUED_OVERFLOW } from './base/layout.ts';
import { bufferAt } from './buffer/buffer.ts';
import { load } from './cells/cell.ts';
import { addAgent } from './cells/interest.ts';
import type { Core } from './core.ts';
import { askForFilling, FILL_WANTED, fillOf, needsFilling } from './memory/filling.ts';

/** How often a buffer is filled for one transaction: its contents may be dropped again before the next run. */
const fillsMax = 8;

/**
 * Asks for the contents of a buffer if they are not there, and notes it in `fills`. Context: locked, earlier users are over.
 * `blocks`: this thread is about to block. Outcomes: whether they are to be waited for, without the lock; EDEADLK if this
 * very thread, which blocks, would have to make them.
 */
export function askIfAbsent(
  { agent }: Core,
  fills: Map<number, number>,
  { buffer, label }: { readonly buffer: number; readonly label: string },
  blocks: boolean,
): boolean {
  if (!needsFilling(agent, buffer)) return false;
  const tries = (fills.get(buffer) ?? 0) + 1;
  // The source failed: its error is the transaction's.
  if (tries > 1 && load(agent.words, bufferAt(agent, buffer) + B_CONTENTS) !== 0) return false;
  if (tries > fillsMax) return false;
  if (blocks && load(agent.words, bufferAt(agent, buffer) + B_SOURCE) === agent.index + 1) {
    const sentence = `The transaction blocks this thread, which is the one to fill '${label}'. Hint: use transaction().`;
    fail('EDEADLK', sentence, { cycle: ['this thread', label, 'this thread'] });
  }
  askForFilling(agent, buffer);
  fills.set(buffer, tries);
  return true;
}

/** Filled, or given up: the next run sees what it has. The end of the source's job rings those who entered the set. */
export function areFilled({ agent }: Core, fills: ReadonlyMap<number, number>): boolean {
  addAgent(agent.words, H_QUEUED_INTEREST, H_QUEUED_OVERFLOW, agent.index);
  for (const buffer of fills.keys()) if (fillOf(agent, buffer) === FILL_WANTED) return false;
  return true;
}
