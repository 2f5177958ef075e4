/** What a transaction remembers of its drafts, and of the views that it gave. */
import type { LiveView } from './live-view.ts';

export interface Draft {
  readonly buffer: number;
  readonly block: number;
}

/** A view that the body was given, and of what. */
export interface GivenView extends Draft {
  readonly view: LiveView;
}

export interface SavedState {
  /** How many locks were held. */
  readonly held: number;
  /** Contents of the drafts there were, by buffer. */
  readonly drafts: ReadonlyMap<number, Uint8Array>;
}
