/**
 * The implicit fences of a buffer: what its reservation lists, for those who bring work of their own (Linux: dma-buf's
 * EXPORT_SYNC_FILE, IMPORT_SYNC_FILE and poll).
 *
 * Jobs need none of this: their order follows from what they use. Foreign points are added by the rule of Linux
 * (reservation/foreign-points.ts), under the buffer's lock, in one step. A sync file that is exported is a snapshot.
 */
import { addForeign, isQueuedYet } from './added-points.ts';
import { isQueuedBefore, serveQueue } from './admission.ts';
import { checkCallback } from './bad-input.ts';
import { disposeKey } from './base/dispose.ts';
import { fail } from './base/errors.ts';
import { H_QUEUED_INTEREST, H_QUEUED_OVERFLOW, H_SUBMITTED } from './base/layout.ts';
import { lockOf, reservationOf } from './buffer/buffer.ts';
import { load } from './cells/cell.ts';
import { now } from './cells/clock.ts';
import { addAgent } from './cells/interest.ts';
import { leavesOfFence } from './chain-fence.ts';
import type { Core } from './core.ts';
import type { Leaf } from './fence/chain.ts';
import { chainOf, listLeaves, stubLeaf } from './fence/chain.ts';
import { cancelWatch, watchPoints } from './fence/watch.ts';
import type { Fence } from './fence.ts';
import { leafInfo } from './leaf-info.ts';
import { isHeldHere } from './lock/lock-wait.ts';
import { type Looks, letAdmitPoints, looksFor, tryLettingPass } from './passing.ts';
import type { PointInfo } from './point-info.ts';
import type { UsedPoint } from './reservation/reservation.ts';
import {
  listedPoints,
  pendingPoints,
  USAGE_BOOKKEEP,
  USAGE_MOVE,
  USAGE_READ,
  USAGE_WRITE,
  usageBefore,
} from './reservation/reservation.ts';
import { runTransaction } from './run-transaction.ts';
import { withLockNow } from './schedule/admit.ts';
import { isReturned } from './schedule/idle.ts';
import { isWriting, type Use } from './schedule/job.ts';
import type { BufferParts, SharedBuffer } from './shared-buffer.ts';
import { coreOfBuffer, partsOf } from './shared-buffer.ts';
import type { SyncFile } from './sync-file.ts';
import { chainOfFile, syncFileOver } from './sync-file.ts';
import type { WaitOptions } from './waiting.ts';
import { deadlineOf, refuseLate, whenTrue } from './waiting.ts';

/** What a point stands for, strongest first: who accesses the buffer waits for it, or nobody does (bookkeep). */
export type Usage = 'move' | 'write' | 'read' | 'bookkeep';

/** What is known of one point that a reservation lists. */
export interface UsedPointInfo extends PointInfo {
  readonly usage: Usage;
}

export interface Implicit {
  /**
   * What its reservation lists, in order, over or not. What is over stays listed until something takes its place, or until
   * the list has grown or a job needs room.
   */
  readonly points: readonly UsedPointInfo[];
  /**
   * A snapshot of what a new access of that kind has to wait for (DMA_BUF_IOCTL_EXPORT_SYNC_FILE). A job that waits for its
   * turn at the buffer is promised by nobody, so it is in no file (contract C6). Outcomes: the file; EINVAL; EBUSY while jobs
   * of this thread that it would have to wait for wait for their turn: they would be missed. Where a transaction of this thread
   * has the lock they come after what that does, and are not in the file: export in that transaction, or after it.
   */
  exportFile(access: 'read' | 'write', name?: string): SyncFile;
  /**
   * Adds foreign work, all in one step: readers wait for what was imported as write, writers for both
   * (DMA_BUF_IOCTL_IMPORT_SYNC_FILE). Outcomes: nothing; EBUSY while others hold the lock, while jobs of this thread wait for
   * their turn at the buffer, or if the work is a job that waits for its own; ENOSPC beyond 64 pending points; EINVAL. A refused call changes nothing.
   */
  importFile(file: SyncFile, access: 'read' | 'write'): void;
  /** The same, waiting for the lock, and for the turn of jobs. Outcomes: rejects with ENOSPC, EINVAL, ETIME, or the signal's reason. */
  importFileAsync(file: SyncFile, access: 'read' | 'write', options?: WaitOptions): Promise<void>;
  /** Adds one fence at a usage. Outcomes: as `importFile`. */
  add(fence: Fence<unknown>, usage: Usage): void;
  /** Whether an access could begin at once (poll). */
  isReady(access: 'read' | 'write'): boolean;
  /** Calls `fn` once, from the event loop, when it could: when what is listed now is over. Disposing before prevents it. */
  onReady(access: 'read' | 'write', fn: () => void): Disposable;
}

const usages: readonly Usage[] = ['move', 'write', 'read', 'bookkeep'];
const usageNumbers: { readonly [U in Usage]: number } = {
  move: USAGE_MOVE,
  write: USAGE_WRITE,
  read: USAGE_READ,
  bookkeep: USAGE_BOOKKEEP,
};

/** The implicit fences of a buffer; of a window, those of the whole. Outcomes: the object; EINVAL if it is no buffer. */
export function implicit(buffer: SharedBuffer): Implicit {
  return new ImplicitFences(buffer);
}

class ImplicitFences implements Implicit {
  readonly #buffer: SharedBuffer;
  readonly #core: Core;

  constructor(buffer: SharedBuffer) {
    this.#core = coreOfBuffer(buffer);
    this.#buffer = buffer;
  }

  get points(): readonly UsedPointInfo[] {
    const { buffer } = this.#parts('points');
    const listed = listedPoints(this.#core.agent, reservationOf(this.#core.agent, buffer));
    // Two bits, so there is a word for it.
    return listed.map((point) => ({ ...leafInfo(this.#core, point), usage: usages[point.usage] as Usage }));
  }

  exportFile(access: 'read' | 'write', name?: string): SyncFile {
    // Readers do not wait for readers.
    const counts = checkAccess(access) ? undefined : isWriting;
    this.#checkTurn(this.#parts('exportFile'), 'exported from', looksFor(this.#core), counts);
    const points = this.#blockers('exportFile', access);
    return syncFileOver(this.#core, chainOf(points.length > 0 ? points : [stubLeaf(0)]), name ?? '');
  }

  importFile(file: SyncFile, access: 'read' | 'write'): void {
    const usage = checkAccess(access) ? USAGE_WRITE : USAGE_READ;
    this.#addNow(this.#parts('importFile'), this.#leavesOf(file), usage);
  }

  async importFileAsync(file: SyncFile, access: 'read' | 'write', options: WaitOptions = {}): Promise<void> {
    const usage = checkAccess(access) ? USAGE_WRITE : USAGE_READ;
    const parts = this.#parts('importFileAsync');
    const leaves = this.#leavesOf(file);
    const importLocked = (): void => addForeign(this.#core, parts, leaves, usage);
    const deadline = deadlineOf(options.timeoutMs);
    if (!(await this.#whenPromised(leaves, options.signal, deadline))) refuseLate(options.timeoutMs, 'import');
    const left =
      deadline === Number.POSITIVE_INFINITY ? options : { ...options, timeoutMs: Math.max(0, deadline - now()) };
    await runTransaction(this.#core, (tx) => tx.lock(this.#buffer).then(importLocked), left);
  }

  add(fence: Fence<unknown>, usage: Usage): void {
    if (!Object.hasOwn(usageNumbers, usage)) {
      fail('EINVAL', `The usage (${String(usage)}) is not move, write, read or bookkeep.`, { argument: 'usage' });
    }
    this.#addNow(this.#parts('add'), leavesOfFence(fence, this.#core), usageNumbers[usage]);
  }

  isReady(access: 'read' | 'write'): boolean {
    return this.#blockers('isReady', access).length === 0;
  }

  onReady(access: 'read' | 'write', fn: () => void): Disposable {
    checkCallback(fn, 'fn');
    const waiter = watchPoints(this.#core.agent, this.#blockers('onReady', access), fn);
    return { [disposeKey]: () => cancelWatch(waiter) };
  }

  #addNow(parts: BufferParts, points: readonly Leaf[], usage: number): void {
    const { agent } = this.#core;
    const looks = looksFor(this.#core);
    this.#checkTurn(parts, 'added to', looks);
    letAdmitPoints(agent, points, looks);
    const add = (): boolean => withLockNow(agent, parts.buffer, () => addForeign(this.#core, parts, points, usage));
    if (tryLettingPass(agent, parts.buffer, looks, add)) return;
    refuseBusy(parts, 'added to', 'somebody holds its lock', 'a transaction');
  }

  /** What this thread submitted before comes first in the order of the buffer; what could have its turn gets it now. */
  #checkTurn(parts: BufferParts, what: Doing, looks: Looks, counts?: (use: Use) => boolean): void {
    const { agent } = this.#core;
    const isTurn = (): boolean => {
      serveQueue(this.#core);
      if (!isQueuedBefore(this.#core, parts.buffer, load(agent.words, H_SUBMITTED), counts)) return true;
      // Behind a transaction of this thread: they come after what that does.
      return isHeldHere(agent, lockOf(agent, parts.buffer));
    };
    if (tryLettingPass(agent, parts.buffer, looks, isTurn)) return;
    refuseBusy(parts, what, 'jobs of this thread wait for their turn at it', 'a queued job');
  }

  /** Waits for jobs among the leaves to get their locks and memory: whoever admits one rings those who asked. */
  async #whenPromised(leaves: readonly Leaf[], signal: AbortSignal | undefined, deadline: number): Promise<boolean> {
    const core = this.#core;
    if (!isQueuedYet(core, leaves)) return true;
    const look = (): boolean => {
      addAgent(core.agent.words, H_QUEUED_INTEREST, H_QUEUED_OVERFLOW, core.agent.index);
      return !isQueuedYet(core, leaves);
    };
    return whenTrue(core, look, signal, deadline);
  }

  /** What an access has to wait for now. */
  #blockers(call: string, access: 'read' | 'write'): UsedPoint[] {
    const isWrite = checkAccess(access);
    const { agent } = this.#core;
    const points = pendingPoints(agent, reservationOf(agent, this.#parts(call).buffer), usageBefore(isWrite));
    return points.filter((point) => !isReturned(agent, point));
  }

  #leavesOf(file: SyncFile): readonly Leaf[] {
    return listLeaves(this.#core.agent, chainOfFile(file, this.#core));
  }

  #parts(call: string): BufferParts {
    return partsOf(this.#buffer, this.#core, call);
  }
}

/** Outcomes: whether it is a write; throws EINVAL. */
function checkAccess(access: 'read' | 'write'): boolean {
  if (access === 'read' || access === 'write') return access === 'write';
  return fail('EINVAL', `The access (${String(access)}) is not read or write.`, { argument: 'access' });
}

type Doing = keyof typeof hints;

const hints = {
  'added to': 'await importFileAsync(), or use tx.addFence()',
  'exported from': 'export it in a transaction that has locked it',
} as const;

function refuseBusy({ label }: BufferParts, what: Doing, why: string, by: string): never {
  fail('EBUSY', `Nothing can be ${what} buffer '${label}' now: ${why}. Hint: ${hints[what]}.`, { by });
}
