/**
 * The debug knob `contend`: whether the locks of this thread's transactions and tickets are contended now and then although
 * nobody else wants them, so that the way back is walked. Not here: the schedule of the kernel (lock/injection.ts).
 */
import type { Core } from './core.ts';

/**
 * A number: the n-th lock is contended in the first run of a transaction; 'always': each lock in turn, one a run; 'kernel':
 * as Linux does with CONFIG_DEBUG_WW_MUTEX_SLOWPATH, tickets by hand too.
 */
export type Contention = 'always' | 'kernel' | number | undefined;

const contentions: WeakMap<Core, Contention> = new WeakMap();

/** Sets the knob for this thread's end of a space; undefined leaves it. */
export function setContention(core: Core, contend: Contention): void {
  if (contend !== undefined) contentions.set(core, contend);
}

export function contentionOf(core: Core): Contention {
  return contentions.get(core);
}
