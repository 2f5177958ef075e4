/** Figures that this thread keeps of its own use of a space: what the summary of a run shows. */
import type { Core } from './core.ts';

export interface Figures {
  /** Bytes copied into buffers and out of them by this thread. */
  copiedBytes: number;
  /** Bytes of buffers that jobs of this thread were given in place. */
  sharedBytes: number;
  /** Jobs submitted by this thread. */
  jobs: number;
  /** Jobs of this thread that could not be admitted at once. */
  queued: number;
}

const all: WeakMap<Core, Figures> = new WeakMap();

export function figuresOf(core: Core): Figures {
  let figures = all.get(core);
  if (figures === undefined) {
    figures = { copiedBytes: 0, sharedBytes: 0, jobs: 0, queued: 0 };
    all.set(core, figures);
  }
  return figures;
}

export function countCopied(core: Core, bytes: number): void {
  figuresOf(core).copiedBytes += bytes;
}
