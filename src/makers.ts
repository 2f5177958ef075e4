/**
 * What fences and buffers need of modules that need these first: a class can be extended only after it was made, so fence.ts
 * cannot import them. They leave here what it calls, before anybody has a space.
 */
import { assert } from './base/assert.ts';
import type { Core } from './core.ts';
import type { LocalJob } from './local-job.ts';
import type { SharedBuffer } from './shared-buffer.ts';
import type { Space } from './space.ts';
import type { WaitOptions } from './waiting.ts';

export interface Makers {
  /** The core of a space. Outcomes: the core, or EINVAL if it is closed. */
  readonly coreOf: (space: Space) => Core;
  /** A fence that this thread ends. */
  readonly promise: (core: Core, label: string) => LocalJob;
  /** Keeps a buffer in a heap, for a buffer that is asked to. */
  readonly pin: (core: Core, buffer: SharedBuffer, heap: string, options: WaitOptions) => Promise<Disposable>;
}

let given: Makers | undefined;

export function giveMakers(makers: Makers): void {
  given = makers;
}

export function takeMakers(): Makers {
  assert(given !== undefined, 'Whoever has a space has imported what makes spaces.');
  return given;
}
