/**
 * What sync objects and sync files hold: a chain of links, each with the points of one fence, and numbers to ask by.
 *
 * A chain is a value: an immutable list, oldest link first, never empty. A link without a number is a fence alone (a binary
 * sync object). A row of links with growing numbers is one numbering; a number that does not grow begins the next one, which
 * never counts lower than the last. A point is over when all before it are. Links that are over are passed over
 * ("skipped") by every walk, except the newest: whoever walks may leave them out, and nobody can tell (Linux collects them as
 * it walks). But an error outlives its link (design D5): a chain that leaves out a failed link keeps it as `failure`.
 *
 * Invariants: numbers are whole; `prevSeqno` is that of the next older link of the numbering when the link was added, 0 for the
 * first; the numbering of a link is at least that of every older one.
 * Not here: the shared memory they live in (link-list.ts, sync-object.ts), names and waiting (src/sync-file.ts ...).
 * Source: drivers/dma-buf/dma-fence-chain.c, dma-fence-unwrap.c. Here no link has a lock or a count, and nothing recurses.
 */
import type { Memory } from '../cells/memory.ts';
import type { Point, Points } from './points.ts';
import { DONE, mergePoints, PENDING, pointStatus } from './points.ts';

/** A point, or something that was over and done from the start: a stub. */
export type Leaf = Point;

export interface Link {
  /** Which row of numbers it belongs to: only compared, and only within one chain. */
  readonly numbering: number;
  readonly seqno: number;
  readonly prevSeqno: number;
  /** Whether it has a number: else it is a fence alone, and the oldest of its chain. */
  readonly isPoint: boolean;
  /** Whether its leaves are a merge: of one timeline the last is listed, and those that failed if it did not. */
  readonly isMerge: boolean;
  readonly leaves: readonly Leaf[];
}

/** Oldest first, at least one. The newest is its head. */
export type Chain = readonly Link[];

/** The timeline of a stub: no slot has this number. */
export const stubTimeline = -1;

/** A leaf that is over and done: since `atMs`, in milliseconds since 1970 (0: nobody knows since when). */
export function stubLeaf(atMs: number): Leaf {
  return { timeline: stubTimeline, generation: 0, seqno: atMs };
}

export function isStub(leaf: Leaf): boolean {
  return leaf.timeline === stubTimeline;
}

/** Outcomes: PENDING, DONE, or the negative number of the error's code. */
export function leafStatus(memory: Memory, leaf: Leaf): number {
  return isStub(leaf) ? DONE : pointStatus(memory, leaf);
}

/** A fence alone, as a chain. */
export function chainOf(leaves: readonly Leaf[], isMerge: boolean = false): Chain {
  return [{ ...binaryLink(0, leaves), isMerge }];
}

export function headOf(chain: Chain): Link {
  // A chain is never empty.
  return chain[chain.length - 1] as Link;
}

/** The link that adding a point makes, on top of `head` (undefined: of nothing). */
export function linkAfter(
  head: Link | undefined,
  point: number,
  leaves: readonly Leaf[],
  isMerge: boolean = false,
): Link {
  const numbering = head === undefined ? 0 : head.numbering;
  if (head === undefined || !head.isPoint) {
    return { numbering: numbering + 1, seqno: point, prevSeqno: 0, isPoint: true, isMerge, leaves };
  }
  if (point > head.seqno) return { numbering, seqno: point, prevSeqno: head.seqno, isPoint: true, isMerge, leaves };
  return { numbering: numbering + 1, seqno: head.seqno, prevSeqno: 0, isPoint: true, isMerge, leaves };
}

/** Whether a chain with this head has the point already. 0 asks for whatever there is. */
export function isPromised(head: Pick<Link, 'isPoint' | 'seqno'>, point: number): boolean {
  return point === 0 || (head.isPoint && head.seqno >= point);
}

/**
 * The chain that stands for a point: all up to the link that keeps the point's promise. Outcomes: undefined if it is not
 * promised yet; a chain of a stub alone if all up to it is over, with the link that failed first before it if one did.
 */
export function findPoint(memory: Memory, chain: Chain, point: number): Chain | undefined {
  const head = headOf(chain);
  if (!isPromised(head, point)) return undefined;
  if (point === 0) return chain;
  for (let at = chain.length - 1; at >= 0; at = olderPending(memory, chain, at)) {
    const link = chain[at] as Link;
    if (link.numbering !== head.numbering || link.prevSeqno < point) return chain.slice(0, at + 1);
  }
  const failed = firstFailed(memory, chain);
  const isBefore = failed !== undefined && (failed.numbering < head.numbering || failed.prevSeqno < point);
  const over = binaryLink(head.numbering + 1, [stubLeaf(0)]);
  return isBefore ? [failed, over] : [over];
}

/**
 * The last number of the head's row up to which all is over, older rows included. 0 if the head has no number.
 * Source: drm_syncobj_query_ioctl.
 */
export function completedPoint(memory: Memory, chain: Chain): number {
  const head = headOf(chain);
  if (!head.isPoint) return 0;
  let oldest = chain.length - 1;
  for (let at = olderPending(memory, chain, oldest); at >= 0; at = olderPending(memory, chain, at)) {
    if ((chain[at] as Link).numbering !== head.numbering) break;
    oldest = at;
  }
  const link = chain[oldest] as Link;
  return isOverUpTo(memory, chain, oldest) ? link.seqno : link.prevSeqno;
}

/**
 * The leaves as Linux lists them: the head's, then those of older links that are not over. Of a merge those of one timeline
 * that the last one covers are left out.
 */
export function listLeaves(memory: Memory, chain: Chain): Leaf[] {
  const listed: Leaf[] = [];
  for (let at = chain.length - 1; at >= 0; at = olderPending(memory, chain, at)) {
    const { leaves, isMerge } = chain[at] as Link;
    const last: Map<number, Leaf> = new Map();
    if (isMerge) for (const leaf of leaves) last.set(nameOf(leaf), leaf);
    for (const leaf of leaves) if (!isCovered(memory, leaf, last.get(nameOf(leaf)))) listed.push(leaf);
  }
  return listed;
}

/** Whether the last leaf of its timeline stands for it: not if it failed, and that one did not. */
function isCovered(memory: Memory, leaf: Leaf, last: Leaf | undefined): boolean {
  if (last === undefined || last === leaf || isStub(leaf)) return false;
  return leafStatus(memory, leaf) >= 0 || leafStatus(memory, last) < 0;
}

function nameOf({ timeline, generation }: Leaf): number {
  return timeline * 2 ** 22 + generation;
}

/**
 * The leaves that a merge of chains consists of: what is not over or failed (`mergePoints`), sorted by timeline.
 * Never empty: where all is done it is a stub, over since the latest of `overSince`.
 */
export function mergeChains(
  memory: Memory,
  chains: readonly Chain[],
  overSince: (leaf: Leaf) => number,
): readonly Leaf[] {
  const kept: Leaf[] = [];
  let latestMs = 0;
  for (const chain of chains) {
    const members = unfinishedLinks(memory, chain).flatMap(({ leaves }) => leaves);
    for (const leaf of members) {
      if (leafStatus(memory, leaf) !== DONE) kept.push(leaf);
      else latestMs = Math.max(latestMs, overSince(leaf));
    }
  }
  return kept.length > 0 ? mergePoints(memory, [kept]) : [stubLeaf(latestMs)];
}

/**
 * The points that a chain waits for or failed by: what its fence consists of. Every link counts, over or not; what is over
 * and done is left out.
 */
export function pointsOfChain(memory: Memory, chain: Chain): Points {
  const kept: Point[] = [];
  for (const { leaves } of chain) {
    for (const leaf of leaves) if (leafStatus(memory, leaf) !== DONE) kept.push(leaf);
  }
  return mergePoints(memory, [kept]);
}

/** What has to be kept of a chain: not what is over, but the head, and the first that failed. */
export function unfinishedLinks(memory: Memory, chain: Chain): Link[] {
  const kept: Link[] = [];
  let hasFailed = false;
  for (let at = 0; at < chain.length; at++) {
    const link = chain[at] as Link;
    const isLast = at === chain.length - 1;
    if (isLast || !isLinkOver(memory, link)) kept.push(link);
    else if (!hasFailed && hasFailedLeaf(memory, link)) kept.push(link);
    else continue;
    hasFailed ||= hasFailedLeaf(memory, link);
  }
  return kept;
}

function isLinkOver(memory: Memory, link: Link): boolean {
  for (const leaf of link.leaves) if (leafStatus(memory, leaf) === PENDING) return false;
  return true;
}

/** The next older link that a walk comes to: those that are over are passed over. -1: there is none. */
function olderPending(memory: Memory, chain: Chain, from: number): number {
  let at = from - 1;
  while (at >= 0 && isLinkOver(memory, chain[at] as Link)) at--;
  return at;
}

function isOverUpTo(memory: Memory, chain: Chain, last: number): boolean {
  for (let at = last; at >= 0; at--) if (!isLinkOver(memory, chain[at] as Link)) return false;
  return true;
}

/** The first link that is over and failed: its error stays when it is passed over. */
function firstFailed(memory: Memory, chain: Chain): Link | undefined {
  for (const link of chain) if (hasFailedLeaf(memory, link)) return link;
  return undefined;
}

function hasFailedLeaf(memory: Memory, link: Link): boolean {
  for (const leaf of link.leaves) if (leafStatus(memory, leaf) < 0) return true;
  return false;
}

function binaryLink(numbering: number, leaves: readonly Leaf[]): Link {
  return { numbering, seqno: 0, prevSeqno: 0, isPoint: false, isMerge: false, leaves };
}
