/**
 * How often this thread pins each buffer: the bit in the slot is the thread's (memory/pins.ts), the count is here.
 *
 * A pin holds a reference: a buffer that is disposed of stays until it is let go.
 */
import { fail } from './base/errors.ts';
import type { BufferId } from './buffer/buffer.ts';
import type { Core } from './core.ts';
import { releaseBuffer, retainBuffer } from './core.ts';
import { pinLocked, unpin } from './memory/pins.ts';
import { ringQueued } from './reservation/lock-set.ts';

/** One pin more. Context: the buffer's lock is held, and it is where it is to stay. Outcomes: pinned; ENOENT. */
export function pinHere(core: Core, id: BufferId, label: string): void {
  if (!retainBuffer(core, id)) fail('ENOENT', `Buffer '${label}' is gone.`, { kind: 'buffer' });
  const count = core.pins.get(id.buffer) ?? 0;
  if (count === 0) pinLocked(core.agent, id.buffer);
  core.pins.set(id.buffer, count + 1);
}

/** One pin less. Context: any; a thread that has left pins nothing any more. */
export function unpinHere(core: Core, buffer: number): void {
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
