/**
 * Sync files: a fence with a name, to hand around and merge (Linux: sync_file).
 *
 * A file is a value with a name: merging makes a new one, and what it lists is a snapshot. Unlike a fence it keeps the timelines
 * of its points until it is disposed of, so that their outcomes stay known. Source: drivers/dma-buf/sync_file.c.
 */
import { disposeKey } from './base/dispose.ts';
import { fail } from './base/errors.ts';
import { fenceOfChain, leavesOfFence } from './chain-fence.ts';
import type { Core } from './core.ts';
import type { Chain, Leaf, Link } from './fence/chain.ts';
import { chainOf, listLeaves, mergeChains, stubLeaf } from './fence/chain.ts';
import type { Fence } from './fence.ts';
import { coreOfFence } from './fence.ts';
import type { Handle } from './handle.ts';
import { leafInfo, overSince } from './leaf-info.ts';
import { indexOf, openPoint, refuseHandle, registerKind } from './open.ts';
import type { PointInfo } from './point-info.ts';
import { keepChain } from './sync-keep.ts';

/** A fence with a name, to hand around and merge. It keeps its outcome from being forgotten until it is disposed of. */
export interface SyncFile extends Disposable {
  readonly name: string;
  /** What it stands for: over when all its points are, failed if one of them is. A value: it may outlive the file. */
  readonly fence: Fence;
  /**
   * Its points as Linux lists them (FILE_INFO): those of a merge by timeline; members of a chain newest first, each once it is over left
   * out but the newest. What was over from the start is called 'over'.
   */
  readonly leaves: readonly PointInfo[];
  readonly status: 'pending' | 'done' | 'failed';
  /**
   * A file that is over when both are: points over without error are left out, of one timeline the later stays
   * (SYNC_IOC_MERGE). Outcomes: the file, called `name` or like this one; EINVAL if the other is of another space.
   */
  merge(other: SyncFile, name?: string): SyncFile;
  /** Plain data to post; `space.open` makes a file of it. It keeps nothing: keep this file until the other side has opened it. */
  readonly handle: Handle<SyncFile>;
  dispose(): void;
}

/**
 * Gives a fence a name. Of a job that waits for its turn it names the queue entry: nothing takes it before that turn has
 * come (contract C6). Outcomes: the file; EINVAL for a fence that has no space because it was over from the start.
 */
export function syncFile(fence: Fence<unknown>, name?: string): SyncFile {
  const core = coreOfFence(fence);
  return new SharedSyncFile(core, chainOf(leavesOfFence(fence, core)), name ?? '');
}

/** A file over a chain. */
export function syncFileOver(core: Core, chain: Chain, name: string): SyncFile {
  return new SharedSyncFile(core, chain, name);
}

/** The chain of a file of this space. Outcomes: the chain, or EINVAL. */
export let chainOfFile: (file: SyncFile, core: Core) => Chain;
/** Whether something is a file that this copy of the library made. */
export let isSyncFile: (value: object) => value is SyncFile;

class SharedSyncFile implements SyncFile {
  readonly name: string;
  readonly #core: Core;
  readonly #chain: Chain;
  readonly #letGo: () => void;
  #fence: Fence | undefined;
  #isDisposed = false;

  constructor(core: Core, chain: Chain, name: string) {
    this.name = name;
    this.#core = core;
    this.#chain = chain;
    this.#letGo = keepChain(core, chain);
  }

  get fence(): Fence {
    this.#fence ??= fenceOfChain(this.#core, this.#chain, this.name || 'sync file');
    return this.#fence;
  }

  get leaves(): readonly PointInfo[] {
    return listLeaves(this.#core.agent, this.#chain).map((leaf) => leafInfo(this.#core, leaf));
  }

  get status(): 'pending' | 'done' | 'failed' {
    return this.fence.status;
  }

  merge(other: SyncFile, name: string = this.name): SyncFile {
    const core = this.#core;
    const chains = [chainOfFile(this, core), chainOfFile(other, core)];
    const leaves = mergeChains(core.agent, chains, (leaf) => overSince(core, leaf));
    return new SharedSyncFile(core, chainOf(leaves, true), name);
  }

  get handle(): Handle<SyncFile> {
    const { name } = this;
    return {
      kind: 'fenceline.syncFile',
      space: this.#core.data.id,
      name,
      links: this.#chain,
    } as Handle<SyncFile>;
  }

  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    // Its outcome so far stays with it.
    this.fence.status;
    this.#letGo();
  }

  [disposeKey](): void {
    this.dispose();
  }

  static {
    isSyncFile = (value): value is SyncFile => #chain in value;
    chainOfFile = (file, core) => {
      if (typeof file !== 'object' || file === null || !(#chain in file)) {
        fail('EINVAL', `The file (${typeof file}) is not a sync file of this library.`, { argument: 'file' });
      }
      const { name } = file;
      if (file.#core !== core) fail('EINVAL', `Sync file '${name}' is of another space.`, { argument: 'file' });
      if (file.#isDisposed) fail('EINVAL', `Sync file '${name}' is disposed.`, { argument: 'file' });
      return file.#chain;
    };
  }
}

registerKind('fenceline.syncFile', (core, fields) => {
  const { links } = fields;
  if (!Array.isArray(links) || links.length === 0) refuseHandle('has no links');
  let numbering = 0;
  const chain = links.map((link: Partial<Link>): Link => {
    const isOrdered = indexOf(link?.numbering, Number.MAX_SAFE_INTEGER, 'numbering') >= numbering;
    if (!isOrdered) refuseHandle('has numberings that go backwards');
    numbering = link.numbering ?? 0;
    const seqno = indexOf(link.seqno, Number.MAX_SAFE_INTEGER, 'number');
    const prevSeqno = indexOf(link.prevSeqno, seqno + 1, 'number before');
    if (!Array.isArray(link.leaves)) refuseHandle('has a link without leaves');
    const leaves = link.leaves.map((leaf: Partial<Leaf>) => leafOf(core, leaf));
    return { numbering, seqno, prevSeqno, isPoint: link.isPoint === true, isMerge: link.isMerge === true, leaves };
  });
  return new SharedSyncFile(core, chain, String(fields.name));
});

function leafOf(core: Core, leaf: Partial<Leaf>): Leaf {
  if (leaf?.timeline !== stubLeaf(0).timeline) return openPoint(core, leaf);
  const atMs = leaf.seqno;
  if (typeof atMs !== 'number' || !(atMs >= 0)) refuseHandle(`has the moment ${String(atMs)}`);
  return stubLeaf(atMs);
}
