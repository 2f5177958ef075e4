/** `fenceline/sync`: explicit synchronisation, Vulkan and DRM style. */
import { batched } from './cells/doorbell.ts';
import { coreOf, type Space } from './space.ts';
import { makeLock, type WwLock, type WwLockOptions } from './user-lock.ts';

// A bare import of this file is for the kinds of handles that these know, so a bundler must not drop it.
import './sync-file.ts';
import './sync-object.ts';
import './timeline.ts';
import './user-lock.ts';

export {
  type Emitter,
  type EventSource,
  type FencedChunk,
  fencedChunks,
  fenceOfEvent,
  fenceOfMessage,
  fenceOfQueue,
  fenceOfSignal,
  type MessageSource,
} from './bridges.ts';
export { type Implicit, implicit, type Usage, type UsedPointInfo } from './implicit.ts';
export type { LockOrder } from './lock/validator.ts';
export { atomic, lockOrder, mightAllocate, reclaim, signalling, withoutReclaim } from './sections.ts';
export { type SyncFile, syncFile } from './sync-file.ts';
export { type SyncObject, syncObject } from './sync-object.ts';
export { type Entry, type SyncWaitOptions, waitPoints, waitPointsSync } from './sync-wait.ts';
export { type SignalOptions, type Timeline, type TimelineOptions, timeline } from './timeline.ts';
export type { LockRule, WwLock, WwLockOptions } from './user-lock.ts';
export { type Ticket, type TicketOptions, ticket } from './user-ticket.ts';

/** Runs `fn`; each thread that its signals wake is woken once, at the end. */
export function batch<R>(space: Space, fn: () => R): R {
  return batched(coreOf(space).agent, fn);
}

/** Makes a ww lock that is free, to be taken in transactions, or under a ticket. Outcomes: the lock; EINVAL, ENOSPC. */
export function wwLock(space: Space, label: string, options: WwLockOptions = {}): WwLock {
  return makeLock(coreOf(space), label, options);
}
