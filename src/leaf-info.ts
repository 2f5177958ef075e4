/** What is known of a leaf of a chain (fence/chain.ts), for people and for what lists fences. */
import type { Core } from './core.ts';
import type { Leaf } from './fence/chain.ts';
import { isStub } from './fence/chain.ts';
import { pointStamp } from './fence/points.ts';
import { type PointInfo, pointInfo } from './point-info.ts';

/** Looks at a leaf. Context: any; never waits. */
export function leafInfo(core: Core, leaf: Leaf): PointInfo {
  if (!isStub(leaf)) return pointInfo(core, leaf);
  const signaledAtMs = leaf.seqno === 0 ? undefined : leaf.seqno;
  return { timeline: 'over', seqno: 0, status: 'done', error: undefined, signaledAtMs };
}

/** When a leaf that is over was signalled, in milliseconds since 1970; 0 if that is not known. */
export function overSince(core: Core, leaf: Leaf): number {
  return isStub(leaf) ? leaf.seqno : (pointStamp(core.agent, leaf) ?? 0);
}
