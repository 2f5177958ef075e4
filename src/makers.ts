/**
 * What fences need of modules that need fences first: a class can be extended only after it was made, so fence.ts cannot
 * import them. They leave here what it calls, before anybody has a space.
 */
import { assert } from './base/assert.ts';
import type { Core } from './core.ts';
import type { LocalJob } from './local-job.ts';
import type { Space } from './space.ts';

export interface Makers {
  /** The core of a space. Outcomes: the core, or EINVAL if it is closed. */
  readonly coreOf: (space: Space) => Core;
  /** A fence that this thread ends. */
  readonly promise: (core: Core, label: string) => LocalJob;
}

let given: Makers | undefined;

export function giveMakers(makers: Makers): void {
  given = makers;
}

export function takeMakers(): Makers {
  assert(given !== undefined, 'Whoever has a space has imported what makes spaces.');
  return given;
}
