/**
 * What a call is, for a test that stops the thread that makes it. The calls themselves are in calls/.
 *
 * `prepare` makes ready, uncounted, and returns the call, whose operations are counted and at each of which the thread is
 * stopped once. Which members a call covers is noted, not claimed (spy.ts).
 */
import type { Fence, Handle, SharedBuffer, Space } from 'fenceline';
import type { SyncObject, Timeline, WwLock } from 'fenceline/sync';

export type Photo = SharedBuffer<'i32', readonly [number]>;

/** What stands in the way of the call until the main thread takes it away, soon after the call began. */
export type Hindrance = 'mapping' | 'lock' | 'memory' | 'ticket';

/** What the main thread gives. */
export interface Errand {
  readonly call: string;
  /** Before which operation the thread stops. */
  readonly stopBefore: number;
  readonly space: Handle<Space>;
  readonly photo: Handle<Photo>;
  readonly paper: Handle<Photo>;
  /** A reference that the main thread hands over. */
  readonly gift: Handle<Photo>;
  /** A fence that is done, and one that the main thread lets end soon after the call began. */
  readonly done: Handle<Fence>;
  readonly later: Handle<Fence>;
  /** Gets its first point at that moment. */
  readonly line: Handle<Timeline>;
  /** Gets a fence at that moment. */
  readonly flag: Handle<SyncObject>;
  readonly lock: Handle<WwLock>;
}

export interface World extends Omit<Errand, 'call' | 'stopBefore' | 'space' | 'photo' | 'paper' | 'done' | 'later'> {
  readonly errand: Errand;
  readonly space: Space;
  readonly photo: Photo;
  readonly paper: Photo;
  readonly done: Fence;
  readonly later: Fence;
  /** Tells the main thread, which waits for it from here on. */
  owe(fence: Handle<Fence<unknown>>): void;
  /** Hands the main thread a reference, which it opens. */
  hand(gift: Handle<Photo>): void;
}

type Call = () => unknown;

export interface KilledCall {
  readonly hindrance?: Hindrance;
  /** The thread has not joined yet. */
  readonly isOutside?: true;
  /** It makes a pool, whose workers load modules of their own. */
  readonly startsThreads?: true;
  /** Made of calls that are gone through in full, or only looks: stopped at fewer of its steps. */
  readonly isComposed?: true;
  readonly prepare: (world: World) => Call | Promise<Call>;
}
