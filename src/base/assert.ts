// Promises that the library makes to itself. A broken one is a bug of ours: it throws and nothing catches it.
// Mistakes of users and failures of work are not this: they are FencelineError (errors.ts).

/** A broken promise inside the library. Nothing in the library catches it; report it. */
export class AssertionFailed extends Error {
  static {
    // On the prototype, because the stack is captured before own fields exist and would else begin with "Error:".
    Object.defineProperty(AssertionFailed.prototype, 'name', {
      value: 'AssertionFailed',
      configurable: true,
      writable: true,
    });
  }
}

/**
 * Throws AssertionFailed unless `condition` holds. Always on, so the condition must cost O(1).
 *
 * @param sentence What should have held, as a full sentence without a computed part: it is evaluated even when the condition holds.
 */
export function assert(condition: unknown, sentence: string): asserts condition {
  if (!condition) broken(sentence);
}

/** Throws AssertionFailed: for places that cannot be reached. Outcomes: throws. */
export function broken(sentence: string): never {
  throw new AssertionFailed(`A promise inside Fenceline is broken: ${sentence}`);
}
