/** This thread's counts of what it holds of timelines and sync objects: their slots have one bit per agent. */
import type { Core } from './core.ts';

/** One more reference of this thread. Outcomes: true if it is the first. */
export function countHold(core: Core, name: string): boolean {
  const count = core.syncHolds.get(name) ?? 0;
  core.syncHolds.set(name, count + 1);
  return count === 0;
}

/** One reference less. Outcomes: true if it was the last one, and the slot is to be dropped. */
export function releaseHold(core: Core, name: string): boolean {
  const count = core.syncHolds.get(name) ?? 0;
  if (core.isClosed) return false;
  if (count > 1) core.syncHolds.set(name, count - 1);
  else core.syncHolds.delete(name);
  return count === 1;
}
