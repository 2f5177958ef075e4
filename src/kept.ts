/**
 * Why a buffer cannot be moved or evicted now: somebody has its lock, a fence of its reservation is pending, it is pinned.
 *
 * Context of all here: any, without a lock: a look at a moment that may be over. Nothing throws.
 * Not here: what has to hold for a move (memory/move.ts); who is told (describe.ts, src/dump/).
 */
import { lockOf, reservationOf } from './buffer/buffer.ts';
import type { Core } from './core.ts';
import { agentOfTicket } from './lock/ticket.ts';
import { holderOf } from './lock/ww-lock.ts';
import { pinnersOf } from './memory/pins.ts';
import { nameOfPoint, whoOwes } from './report.ts';
import type { UsedPoint } from './reservation/reservation.ts';
import { pendingPoints, USAGE_BOOKKEEP } from './reservation/reservation.ts';

/** One reason. */
export type Kept =
  | { readonly by: 'lock'; readonly agent: number; readonly ticket: number }
  | {
      readonly by: 'fence';
      readonly usage: Usage;
      readonly timeline: string;
      readonly seqno: number;
      readonly owed: string;
    }
  | { readonly by: 'pin'; readonly agent: number };

export type Usage = 'move' | 'write' | 'read' | 'bookkeep';

/** By number: reservation/reservation.ts. */
const usages: readonly Usage[] = ['move', 'write', 'read', 'bookkeep'];

/** Every reason, those that last longest first. Outcomes: none if the buffer can be moved. */
export function reasonsKept(core: Core, buffer: number): Kept[] {
  const { agent } = core;
  const kept: Kept[] = pinnersOf(agent, buffer).map((index) => ({ by: 'pin', agent: index }));
  const ticket = holderOf(agent, lockOf(agent, buffer));
  if (ticket >= 0) kept.push({ by: 'lock', agent: agentOfTicket(ticket), ticket });
  for (const point of pendingPoints(agent, reservationOf(agent, buffer), USAGE_BOOKKEEP)) {
    kept.push(toFence(core, point));
  }
  return kept;
}

function toFence(core: Core, point: UsedPoint): Kept {
  const usage = usages[point.usage] ?? 'bookkeep';
  return { by: 'fence', usage, timeline: nameOfPoint(core, point), seqno: point.seqno, owed: whoOwes(core, [point]) };
}

/** The reasons in a few words: `pinned by agent 1, write fence blur 7`. */
export function tellKept(kept: readonly Kept[]): string {
  const shown = kept.slice(0, toldMax).map((one) => {
    if (one.by === 'pin') return `pinned by agent ${one.agent}`;
    if (one.by === 'lock') return `locked by agent ${one.agent}`;
    return `${one.usage} fence ${one.timeline} ${one.seqno}`;
  });
  if (kept.length > toldMax) shown.push(`and ${kept.length - toldMax} more`);
  return shown.join(', ');
}

const toldMax = 3;
