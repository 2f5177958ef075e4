/**
 * Whose buffers give way first, where clients share a heap (Linux: the dmem cgroup, whose `low` protects in the first pass).
 *
 * A policy ranks the buffers of a heap by what they will be needed for. Clients come before that:
 *   1. A request that the budget of its own client has no room for evicts buffers of that client alone: what others give up
 *      would not help it.
 *   2. A client's share is its budget; scaled down, the same for all, where all budgets together are more than the heap has.
 *      First pass: buffers that leave their client its share, those of clients of lower priority before others.
 *      Second pass: the rest, in the same order: a share is kept as long as others can give way, and no longer (design D8:
 *      out of memory only when everything evictable was evicted).
 *   3. Among clients of one priority the policy decides. What is of no client has priority 0, and no share.
 *
 * What a client would have left is reckoned along the list, as if everything before it had gone. Others take and free
 * meanwhile: the order is a judgement of a moment, and every victim is looked at again by who evicts it.
 *
 * Not here: the ranks within a client (policy/), and evicting (evict.ts).
 */

import type { Memory } from '../cells/memory.ts';
import { accountStats, accountTokens, chargedHeap } from './account.ts';
import { budgetBytes } from './heap-stats.ts';

/** A buffer that may go. Those of a list stand in the order of the policy. */
export interface Candidate {
  readonly buffer: number;
  /** Token of the account that it is charged to; 0, or one that is over: none. */
  readonly client: number;
  readonly bytes: number;
}

/** How a client stands in a heap. */
export interface Standing {
  readonly priority: number;
  readonly usedBytes: number;
  readonly shareBytes: number;
}

const nobody: Standing = { priority: 0, usedBytes: 0, shareBytes: 0 };

/** The clients that are open, by token. Accounts are of one heap: in others nobody has a share. */
export function standingsIn(memory: Memory, heap: number): ReadonlyMap<number, Standing> {
  const standings = new Map<number, Standing>();
  let sumBytes = 0;
  for (const token of accountTokens(memory)) {
    const stats = accountStats(memory, token);
    if (stats === undefined) continue;
    const { priority, usedBytes } = stats;
    const budget = heap === chargedHeap ? (stats.budgetBytes ?? 0) : 0;
    standings.set(token, { priority, usedBytes, shareBytes: budget });
    sumBytes += budget;
  }
  const heapBytes = budgetBytes(memory, heap);
  if (sumBytes <= heapBytes) return standings;
  for (const [token, standing] of standings) {
    standings.set(token, { ...standing, shareBytes: (standing.shareBytes * heapBytes) / sumBytes });
  }
  return standings;
}

/**
 * The candidates in the order in which they should go. `only`: token of the client whose own budget has no room; 0: room is
 * needed in the heap.
 */
export function orderVictims<C extends Candidate>(
  candidates: readonly C[],
  standings: ReadonlyMap<number, Standing>,
  only: number,
): readonly C[] {
  if (only !== 0) return candidates.filter(({ client }) => client === only);
  if (standings.size === 0) return candidates;
  const byPriority = ranked(candidates, standings);
  const left = new Map<number, number>();
  const first: C[] = [];
  const second: C[] = [];
  for (const candidate of byPriority) {
    const { client, bytes } = candidate;
    const { usedBytes, shareBytes } = standings.get(client) ?? nobody;
    const rest = (left.get(client) ?? usedBytes) - bytes;
    if (shareBytes > 0 && rest < shareBytes) {
      second.push(candidate);
      continue;
    }
    left.set(client, rest);
    first.push(candidate);
  }
  return first.concat(second);
}

/** Lower priority first; the order of the policy otherwise, for sorting is stable. */
function ranked<C extends Candidate>(candidates: readonly C[], standings: ReadonlyMap<number, Standing>): readonly C[] {
  const priorityOf = ({ client }: C): number => (standings.get(client) ?? nobody).priority;
  return [...candidates].sort((a, b) => priorityOf(a) - priorityOf(b));
}
