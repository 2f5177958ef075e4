/**
 * Reservations as drivers use them inside the kernel (Linux: dma-resv.c): the fences of a buffer's users, by usage.
 *
 * A reservation is that of a buffer of the library, which says what is pending.
 */
import type { SharedBuffer, Space } from '../index.ts';
import { type Implicit, implicit, type Usage, type UsedPointInfo } from '../sync.ts';
import type { DmaFence, FenceContexts } from './dma-fence.ts';

/** Usages by their numbers in Linux: a query at one of them returns it and all before it. */
export const usages: readonly Usage[] = ['move', 'write', 'read', 'bookkeep'];

export interface DmaResv {
  buffer: SharedBuffer;
  fences: Implicit;
}

/** dma_resv_init. */
export function initResv(space: Space): DmaResv {
  const buffer = space.buffer('u8', [1]) as unknown as SharedBuffer;
  return { buffer, fences: implicit(buffer) };
}

/** dma_resv_add_fence, with room reserved for it. */
export function addFence({ fences }: DmaResv, fence: DmaFence, usage: number): void {
  fences.add(fence.fence, usages[usage] ?? 'bookkeep');
}

/** dma_resv_test_signaled. */
export function testSignaled(resv: DmaResv, usage: number): boolean {
  return pendingAt(resv, usage).length === 0;
}

/** dma_resv_get_fences: what is pending, as the names of timelines and numbers of points. */
export function pendingAt({ fences }: DmaResv, usage: number): readonly UsedPointInfo[] {
  // The two levels that everybody asks for are the library's own answer.
  if (usage === 1 && fences.isReady('read')) return [];
  if (usage === 2 && fences.isReady('write')) return [];
  const wanted = usages.slice(0, usage + 1);
  return fences.points.filter((point) => point.status === 'pending' && wanted.includes(point.usage));
}

/** dma_resv_copy_fences: the target has what is pending in the source, and nothing else. */
export function copyFences(contexts: FenceContexts, target: DmaResv, source: DmaResv): void {
  const fresh = initResv(contexts.space);
  for (const point of pendingAt(source, usages.length - 1)) {
    const fence = contexts.fenceAt(point);
    if (fence !== undefined) fresh.fences.add(fence.fence, point.usage);
  }
  target.buffer.dispose();
  target.buffer = fresh.buffer;
  target.fences = fresh.fences;
}
