/** A space as the rows about the core see it: one agent, its memory, and the same for threads that join. */

import type { Limits } from '#fenceline/base/limits.js';
import type { Core } from '#fenceline/core.js';
import { createCore } from '#fenceline/core.js';

const budgetBytes = 2 ** 20;
const patienceMs = 1000;

export function openCore(limits: Partial<Limits> = {}): Core {
  return createCore({ budgetBytes, patienceMs, heaps: [], limits });
}
