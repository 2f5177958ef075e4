/**
 * Pinning a buffer in a heap: it is brought there, and stays until this thread lets go (Linux: ttm_bo_pin).
 *
 * Not here: how often this thread pins (pin-count.ts), the bits (memory/pins.ts).
 */
import { disposeKey } from './base/dispose.ts';
import type { Core } from './core.ts';
import { pinHere, unpinHere } from './pin-count.ts';
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
