/**
 * Publishing drafts: all of a transaction, or none, also if the agent dies meanwhile.
 *
 * One draft is one store (`publishLocked`), and needs nothing else. Several are written down first: pairs of buffer and
 * draft block, in chunks that name the publisher as their owner. Order of steps; "me" is the publisher:
 *
 *   chunks filled, LIVE, owner me; **A_REDO = first chunk + 1**; each draft: `publishLocked`; A_REDO = 0; chunks freed
 *
 * A_REDO is the commit store of the whole. If the publisher dies before it, no placement has changed, and the drafts are
 * blocks that no placement names: `repairHeaps` makes them vacant. If it dies later, `repairPublications` finishes:
 *
 *   each draft: placement names another block -> CLOSING(dead) into that one's state; B_EPOCH + 1; B_PLACEMENT = draft + 1
 *   A_REDO = 0; chunks of the dead agent freed
 *
 * Invariant: while A_REDO is not 0 its agent holds the locks of all buffers in the record, dead or alive. So nobody else looks at
 * them or places them, until `repairLock`, which comes after A_REDO = 0 was stored: a repair that is itself cut short
 * finds A_REDO still set and the locks still held, and does the same again, or finds 0 and nothing to do.
 * Why no memory is lost or freed twice: a placement that still names the old block means that this block is LIVE, or
 * CLOSING(dead) already, and not yet free, for freeing comes after the placement. Either way it is CLOSING(dead) afterwards,
 * the draft is ALLOC(dead) or LIVE, and the placement names the draft: `repairHeaps`, which comes next, settles both.
 *
 * Not here: taking drafts (placement.ts), when a transaction publishes (transaction-base.ts).
 */
import { A_REDO, B_CONTENTS, B_FILL, B_FRESH, B_PLACEMENT } from '../base/layout.ts';
import { bufferAt, placementOf } from '../buffer/buffer.ts';
import { invalidateLocked } from '../buffer/exports.ts';
import { load, store } from '../cells/cell.ts';
import { freeChain, freeChunksOf, loadWords, storeWords } from '../cells/chunk.ts';
import type { Agent } from '../cells/memory.ts';
import { agentAt } from '../cells/memory.ts';
import { CLOSING } from '../cells/slot.ts';
import { setBlockState } from './block-chain.ts';
import { publishLocked } from './placement.ts';

/** A block with the next contents of a buffer. */
export interface DraftBlock {
  readonly buffer: number;
  readonly block: number;
}

/** Chunks of a record name its agent: below the owners of sync objects, above those of jobs. */
const ownerBase = 2 ** 29;

/**
 * All drafts take effect, or none does. Context: as `publishLocked`, for all of them.
 * Outcomes: done; ENOSPC, with nothing changed, if there are several and no chunk is free to write them down.
 */
export function publishAllLocked(agent: Agent, drafts: readonly DraftBlock[]): void {
  const record = drafts.length > 1 ? recordOf(agent, drafts) : 0;
  const redoAt = agentAt(agent, agent.index) + A_REDO;
  if (record !== 0) store(agent.words, redoAt, record);
  for (const { buffer, block } of drafts) publishLocked(agent, buffer, block);
  if (record === 0) return;
  store(agent.words, redoAt, 0);
  freeChain(agent, record);
}

/** Finishes what a stopped agent was publishing. Before its blocks and its locks are repaired; can be done again. */
export function repairPublications(agent: Agent, deadIndex: number): void {
  const redoAt = agentAt(agent, deadIndex) + A_REDO;
  const record = load(agent.words, redoAt);
  if (record !== 0) {
    const pairs = loadWords(agent, record);
    for (let at = 0; at < pairs.length; at += 2) {
      // Indexes below an even length.
      finish(agent, deadIndex, pairs[at] as number, pairs[at + 1] as number);
    }
    store(agent.words, redoAt, 0);
  }
  freeChunksOf(agent, ownerBase + deadIndex);
}

function finish(agent: Agent, deadIndex: number, buffer: number, block: number): void {
  const at = bufferAt(agent, buffer);
  const old = placementOf(agent, buffer);
  if (old >= 0 && old !== block) setBlockState(agent, old, CLOSING, deadIndex);
  invalidateLocked(agent, buffer);
  store(agent.words, at + B_PLACEMENT, block + 1);
  store(agent.words, at + B_CONTENTS, 0);
  store(agent.words, at + B_FRESH, 0);
  store(agent.words, at + B_FILL, 0);
}

/** Outcomes: first chunk + 1 of the record; ENOSPC. */
function recordOf(agent: Agent, drafts: readonly DraftBlock[]): number {
  const pairs = new Int32Array(drafts.length * 2);
  drafts.forEach(({ buffer, block }, index) => {
    pairs[index * 2] = buffer;
    pairs[index * 2 + 1] = block;
  });
  return storeWords(agent, pairs, ownerBase + agent.index);
}
