/** From fences to chains (fence/chain.ts) and back. */
import type { Core } from './core.ts';
import type { Chain, Leaf } from './fence/chain.ts';
import { pointsOfChain, stubLeaf } from './fence/chain.ts';
import { type Fence, fenceOver, pointsOfFence } from './fence.ts';

/** The leaves that a fence of this space consists of: its points, or a stub where it has none. Outcomes: the leaves, or EINVAL. */
export function leavesOfFence(fence: Fence<unknown>, core: Core): readonly Leaf[] {
  const points = pointsOfFence(fence, core);
  return points.length > 0 ? points : [stubLeaf(0)];
}

/** The fence that a chain stands for: over when all its leaves are, failed if one of them is. */
export function fenceOfChain(core: Core, chain: Chain, label: string): Fence {
  return fenceOver(core, pointsOfChain(core.agent, chain), label);
}
