/** The debug knob `poison`: whether what must not be looked at any more says so when it is. Costs a wrapper around what is handed out. */
import type { Core } from './core.ts';

const poisoning: WeakSet<Core> = new WeakSet();

export function setPoison(core: Core): void {
  poisoning.add(core);
}

export function isPoisoning(core: Core): boolean {
  return poisoning.has(core);
}
