/** Hearing that room has to be made in a heap, by whatever thread, from this thread's event loop (memory/pressure.ts). */
import { addWaiter, nextWaiterOrder } from './cells/pump.ts';
import type { Core } from './core.ts';
import { usedBytes } from './memory/heap-stats.ts';
import { listenForPressure, pressedHeap, pressureCount } from './memory/pressure.ts';

/** Calls `tell` once, from the event loop, at the next pressure. It keeps no process alive. */
export function whenPressed(core: Core, tell: (detail: { heap: string; usedBytes: number }) => void): void {
  const { agent, heapNames } = core;
  const before = pressureCount(agent);
  addWaiter(agent, {
    order: nextWaiterOrder(),
    hint: -1,
    poll: () => {
      listenForPressure(agent);
      return pressureCount(agent) !== before;
    },
    run: () => {
      if (core.isClosed) return;
      const heap = pressedHeap(agent);
      tell({ heap: heapNames[heap] ?? 'system', usedBytes: usedBytes(agent, heap) });
    },
  });
}
