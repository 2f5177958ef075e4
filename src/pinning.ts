/**
 * Pinning a buffer in a heap: it is brought there, and stays until this thread lets go (Linux: ttm_bo_pin).
 *
 * The bit in the slot is this thread's; how often it pins is counted here. A pin holds a reference: a buffer that is
 * disposed of stays until it is let go. Not here: the bits (memory/pins.ts).
 */
import { disposeKey } from './base/dispose.ts';
import { fail } from './base/errors.ts';
import type { BufferId } from './buffer/buffer.ts';
import type { Core } from './core.ts';
import { releaseBuffer, retainBuffer } from './core.ts';
import { pinLocked, unpin } from './memory/pins.ts';
import { ringQueued } from './reservation/lock-set.ts';
import { runTransaction } from './run-transaction.ts';
import type { SharedBuffer } from './shared-buffer.ts';
import { partsOf } from './shared-buffer.ts';
import type { WaitOptions } from './waiting.ts';

/**
 * Brings a buffer into a heap and pins it there. Outcomes: what lets go of it, once; rejects with ENOENT or EINVAL (heap),
 * EBUSY (pinned in another heap), ENOMEM, ETIME, or the signal's reason.
 */
export async function pinBuffer(
  core: Core,
  buffer: SharedBuffer,
  heap: string,
  options: WaitOptions,
): Promise<Disposable> {
  const parts = partsOf(buffer, core, 'pin');
  await runTransaction(
    core,
    async (tx) => {
      await tx.place(buffer, [heap]);
      // The lock is held, and this is the last thing that the body does.
      pinHere(core, parts, parts.label);
    },
    { ...options, label: `pin of '${parts.label}'` },
  );
  let isPinned = true;
  const letGo = (): void => {
    if (!isPinned) return;
    isPinned = false;
    unpinHere(core, parts.buffer);
  };
  return { [disposeKey]: letGo };
}

/** Context: the buffer's lock is held. */
function pinHere(core: Core, id: BufferId, label: string): void {
  if (!retainBuffer(core, id)) fail('ENOENT', `Buffer '${label}' is gone.`, { kind: 'buffer' });
  const count = core.pins.get(id.buffer) ?? 0;
  if (count === 0) pinLocked(core.agent, id.buffer);
  core.pins.set(id.buffer, count + 1);
}

function unpinHere(core: Core, buffer: number): void {
  // A thread that has left pins nothing: its repair, or its leaving, dropped that.
  if (core.isClosed) return;
  const count = core.pins.get(buffer) ?? 0;
  if (count > 1) {
    core.pins.set(buffer, count - 1);
  } else {
    core.pins.delete(buffer);
    unpin(core.agent, buffer, core.agent.index);
    // Whoever waits for memory, or to move it, looks again.
    ringQueued(core.agent);
  }
  releaseBuffer(core, buffer);
}
