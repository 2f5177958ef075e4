/**
 * Linux's fences as far as sync objects need them, from drivers/dma-buf and drm_syncobj.c: nodes that are linked and collected as they
 * are walked. A model to compare with, written from what the kernel does and sharing nothing with the library.
 */

/** A fence of one context: `error` is kept although Linux lists fences only by whether they are over. */
export interface Plain {
  readonly kind: 'plain';
  readonly name: string;
  readonly context: number;
  readonly seqno: number;
  isSignaled: boolean;
}

export interface ArrayFence {
  readonly kind: 'array';
  readonly members: readonly Plain[];
}

export interface Node {
  readonly kind: 'node';
  readonly context: number;
  readonly seqno: number;
  readonly prevSeqno: number;
  readonly fence: Plain | ArrayFence;
  prev: LinuxFence | undefined;
}

export type LinuxFence = Plain | ArrayFence | Node;

let contexts = 1000;

export function stub(): Plain {
  return { kind: 'plain', name: 'over', context: 0, seqno: 0, isSignaled: true };
}

/** dma_fence_chain_init */
export function chainInit(prev: LinuxFence | undefined, fence: Plain | ArrayFence, seqno: number): Node {
  if (prev?.kind === 'node' && seqno > prev.seqno) {
    return { kind: 'node', context: prev.context, seqno, prevSeqno: prev.seqno, fence, prev };
  }
  const number = prev?.kind === 'node' ? Math.max(prev.seqno, seqno) : seqno;
  return { kind: 'node', context: ++contexts, seqno: number, prevSeqno: 0, fence, prev };
}

/** dma_fence_chain_walk: collects what is signalled. */
export function chainWalk(fence: LinuxFence): LinuxFence | undefined {
  if (fence.kind !== 'node') return undefined;
  while (fence.prev !== undefined) {
    const { prev } = fence;
    const contained = prev.kind === 'node' ? prev.fence : prev;
    if (!isSignaled(contained)) break;
    fence.prev = prev.kind === 'node' ? prev.prev : undefined;
  }
  return fence.prev;
}

export function isSignaled(fence: LinuxFence): boolean {
  if (fence.kind === 'plain') return fence.isSignaled;
  if (fence.kind === 'array') return fence.members.every((member) => member.isSignaled);
  for (let at: LinuxFence | undefined = fence; at !== undefined; at = chainWalk(at)) {
    if (!isSignaled(at.kind === 'node' ? at.fence : at)) return false;
  }
  return true;
}

/** dma_fence_chain_find_seqno. 'missing' is -EINVAL; undefined: all signalled. */
export function findSeqno(fence: LinuxFence, seqno: number): LinuxFence | undefined | 'missing' {
  if (seqno === 0) return fence;
  if (fence.kind !== 'node' || fence.seqno < seqno) return 'missing';
  for (let at: LinuxFence | undefined = fence; at !== undefined; at = chainWalk(at)) {
    if (at.kind !== 'node' || at.context !== fence.context || at.prevSeqno < seqno) return at;
  }
  return undefined;
}

/** drm_syncobj_query_ioctl */
export function query(fence: LinuxFence | undefined): number {
  if (fence?.kind !== 'node') return 0;
  let last: Node = fence;
  for (let at: LinuxFence | undefined = fence; at !== undefined; at = chainWalk(at)) {
    if (at.kind !== 'node' || at.context !== fence.context) break;
    last = at;
  }
  return isSignaled(last) ? last.seqno : last.prevSeqno;
}

/** dma_fence_unwrap_for_each */
export function unwrap(fence: LinuxFence): Plain[] {
  const found: Plain[] = [];
  for (let at: LinuxFence | undefined = fence; at !== undefined; at = chainWalk(at)) {
    const contained = at.kind === 'node' ? at.fence : at;
    if (contained.kind === 'array') found.push(...contained.members);
    else found.push(contained);
  }
  return found;
}

/** dma_fence_unwrap_merge */
export function merge(fences: readonly LinuxFence[]): Plain | ArrayFence {
  const open = fences.flatMap(unwrap).filter((fence) => !fence.isSignaled);
  open.sort((a, b) => a.context - b.context || b.seqno - a.seqno);
  const members = open.filter((fence, index) => fence.context !== open[index - 1]?.context);
  const [only] = members;
  if (only === undefined) return stub();
  return members.length === 1 ? only : { kind: 'array', members };
}
