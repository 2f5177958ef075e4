/**
 * Handles: what travels between threads in place of an object. Plain data; `space.open` revives it.
 *
 * Handles are not trusted when they come back: kind, space, bounds and generation are checked (open.ts).
 */

/** Plain data to post. It remembers what it is a handle of, for the compiler, and keeps nothing alive. */
export interface Handle<T> {
  readonly kind: string;
  readonly is?: T;
}
