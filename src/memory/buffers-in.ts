/**
 * Which buffers live in a heap, as a look without any lock: whoever acts on one looks again under its lock.
 * Not here: in which order they leave (evict.ts), and what lies between them (separators.ts).
 */
import { BLOCK_WORDS, H_BLOCK_TOP, K_HEAP, K_OWNER, K_STATE } from '../base/layout.ts';
import { placementOf } from '../buffer/buffer.ts';
import { load } from '../cells/cell.ts';
import type { Memory } from '../cells/memory.ts';
import { LIVE, stateOf } from '../cells/slot.ts';

export function buffersIn(memory: Memory, heap: number): number[] {
  const { words, layout } = memory;
  const found: number[] = [];
  const top = load(words, H_BLOCK_TOP);
  for (let block = 0; block < top; block++) {
    const at = layout.blocks + block * BLOCK_WORDS;
    if (stateOf(load(words, at + K_STATE)) !== LIVE || load(words, at + K_HEAP) !== heap) continue;
    const buffer = load(words, at + K_OWNER) - 1;
    // The block may be given away while it is looked at.
    if (buffer >= 0 && placementOf(memory, buffer) === block) found.push(buffer);
  }
  return found;
}
