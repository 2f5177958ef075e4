/**
 * `fenceline/uapi`: the library in the shape of Linux: descriptors, handles, ioctls, error numbers.
 *
 * For people who know sync_file, sw_sync, drm_syncobj and dma-buf, and for replaying what a kernel did (`fenceline replay`).
 * It adds no synchronisation of its own and imports the public modules alone; docs/kernel-map.md says which call is which
 * of the library's, and where they differ on purpose.
 */
import type { Space } from './index.ts';
import { ownClock, type UapiClock } from './uapi/clock.ts';
import { openDrm } from './uapi/drm-file.ts';
import { type Answer, answer, answerLater, negative, run, runLater } from './uapi/errno.ts';
import { openEventFile, readEvent } from './uapi/event-fd.ts';
import * as gem from './uapi/gem.ts';
import { disposeKey } from './uapi/let-go.ts';
import { poll, pollLater } from './uapi/poll.ts';
import * as sw from './uapi/sw-sync.ts';
import * as files from './uapi/sync-file.ts';
import * as objects from './uapi/sync-object.ts';
import * as waits from './uapi/sync-object-wait.ts';
import { createSystem } from './uapi/system.ts';
import * as vgem from './uapi/vgem.ts';

export type { UapiClock } from './uapi/clock.ts';
export {
  addCallback,
  type DmaFence,
  FenceCallback,
  type FenceContext,
  FenceContexts,
  getStatus,
  initFence,
  isSignaled,
  mergeFences,
  pollAny,
  pollFence,
  setError,
  signalFence,
  stub,
  unwrap,
} from './uapi/dma-fence.ts';
export { addFence, copyFences, type DmaResv, initResv, pendingAt, testSignaled } from './uapi/dma-resv.ts';
export type { Answer, ErrnoName } from './uapi/errno.ts';
export type { ListedFence } from './uapi/gem.ts';
export { autoName, type FenceName } from './uapi/names.ts';
export { POLL_IN, POLL_NVAL, POLL_OUT } from './uapi/poll.ts';
export type { FenceInfo, FileInfo } from './uapi/sync-file.ts';
export type { WaitRequest } from './uapi/sync-object-wait.ts';

export { initWwMutex, type WwClass, type WwMutex, WwTask, wwClass } from './uapi/ww-mutex.ts';

export interface UapiOptions {
  /** The clock of time stamps and time-outs. Default: the library's own. */
  readonly clock?: UapiClock;
}

/** What a call answers that gives these, unless it is refused. */
export type Answered<T extends object> = Answer & Partial<T>;
type Fd = { readonly fd: number };
type Handle = { readonly handle: number };

/** A point of a sync object. */
export interface HandlePoint {
  readonly handle: number;
  readonly point: bigint;
}

/**
 * The calls, named after the ioctls. Every one answers at once with `rc` 0 and what it gives, or -errno; those that may
 * sleep answer a promise. They differ from Linux only in how arguments are passed.
 */
export interface Uapi extends Disposable {
  /** Closes every descriptor, and with the devices all handles. Context: no call is asleep. */
  dispose(): void;

  // ---- descriptors
  /** Closes a descriptor; with the last one a timeline's pending fences fail with ENOENT. EBADF. */
  close(fd: number): Answer;
  /** Another descriptor of the same file. EBADF. */
  dup(fd: number): Answered<Fd>;
  /** The read end of a pipe that nobody writes to. */
  pipe(): Answered<Fd & { readonly writeFd: number }>;
  /** A file that knows none of these calls, such as a memfd. */
  openOther(): Answered<Fd>;
  /** A counter that begins at 0, read without waiting. */
  eventfd(): Answered<Fd>;
  /** Takes the count. EBADF, EINVAL (another kind of file), EAGAIN (it is 0). */
  readEventfd(fd: number): Answered<{ readonly count: bigint }>;
  /** What is ready of POLL_IN and POLL_OUT; POLL_NVAL for no file; below 0 nothing. `rc`: how many descriptors (of one) are. */
  poll(fd: number, events: number): Answered<{ readonly revents: number }>;
  /** The same, asleep until something is, the time is up (0 ready), or the signal interrupts it: EINTR. */
  pollLater(
    fd: number,
    events: number,
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<Answered<{ readonly revents: number }>>;

  // ---- sw_sync
  /** A new timeline, at 0. */
  openSwSync(name: string): Answered<Fd>;
  /** A sync file that is over when the timeline has come to `value` (32 bits, which wrap). EBADF, ENOTTY. */
  swSyncCreateFence(fd: number, value: number): Answered<Fd>;
  /** Goes on by so many. EBADF, ENOTTY. */
  swSyncInc(fd: number, by: number): Answer;
  /** The earliest deadline that reached a fence. EBADF, ENOTTY, EINVAL (no fence of sw_sync), ENOENT (none reached it). */
  swSyncGetDeadline(fd: number, fenceFd: number): Answered<{ readonly deadlineNs: bigint }>;
  /** Its value, and what is pending that a sync file holds. EBADF, ENOTTY. */
  swSyncInfo(fd: number): Answered<{ readonly value: number; readonly pending: readonly number[] }>;

  // ---- sync_file
  /** A sync file over when both are. EBADF, ENOTTY, EINVAL (flags), ENOENT (`fd2` is no sync file). */
  syncMerge(fd: number, fd2: number, name: string, flags?: number, pad?: number): Answered<Fd>;
  /** Name, status and count; with room for all also each fence. EBADF, ENOTTY, EINVAL (flags, or too little room). */
  syncFileInfo(fd: number, count: number, flags?: number, pad?: number): Answered<files.FileInfo>;
  /** Hints a deadline. EBADF, ENOTTY, EINVAL. */
  syncSetDeadline(fd: number, deadlineNs: bigint, pad?: bigint): Answer;

  // ---- drm_syncobj
  /** A device: handles belong to it. */
  openDrm(): Answered<Fd>;
  /** EINVAL (flags), and of every call with a device EBADF and ENOTTY. */
  syncobjCreate(drm: number, flags: number): Answered<Handle>;
  /** EINVAL (pad, or no such handle). */
  syncobjDestroy(drm: number, handle: number, pad?: number): Answer;
  /** A descriptor of the object, or with flag 1 a sync file of what is in it. EINVAL; ENOENT (no such handle, flag 1). */
  syncobjHandleToFd(drm: number, handle: number, flags: number, pad?: number): Answered<Fd>;
  /** Another handle of the object. EINVAL. */
  syncobjFdToHandle(drm: number, fd: number, flags: number): Answered<Handle>;
  /** Puts a sync file in. EINVAL (no sync file), ENOENT. */
  syncobjImportSyncFile(drm: number, handle: number, fd: number): Answer;
  /** Takes out what is in them, all or none. EINVAL (none named), ENOENT. */
  syncobjReset(drm: number, handles: readonly number[]): Answer;
  /** Puts in what is over, all or none. EINVAL (none named), ENOENT. */
  syncobjSignal(drm: number, handles: readonly number[]): Answer;
  /** Adds points that are over. EINVAL (flags, none named), ENOENT. */
  syncobjTimelineSignal(drm: number, handles: readonly number[], points: readonly bigint[], flags?: number): Answer;
  /** The last completed point of each, or with flag 1 the last submitted one. EINVAL, ENOENT. */
  syncobjQuery(drm: number, handles: readonly number[], flags?: number): Answered<{ readonly points: bigint[] }>;
  /** Waits for all or one of several. EINVAL (flags; nothing is there), ENOENT, ETIME, EINTR. No `first` where none was named. */
  syncobjWait(drm: number, request: waits.WaitRequest): Promise<Answered<{ readonly first: number }>>;
  /** Takes a fence from one to another; with flag 2 waits up to 5 s for it. EINVAL, ENOENT, ETIME, EINTR. */
  syncobjTransfer(
    drm: number,
    target: HandlePoint,
    source: HandlePoint,
    flags?: number,
    pad?: number,
    signal?: AbortSignal,
  ): Promise<Answer>;
  /** Raises an eventfd once. EINVAL, ENOENT, EBADF. */
  syncobjEventfd(drm: number, target: HandlePoint, fd: number, flags?: number, pad?: number): Answer;

  // ---- buffers
  /** Memory of so many bytes. */
  createDumb(drm: number, sizeBytes: number): Answered<Handle>;
  /** EINVAL (no such handle). */
  gemClose(drm: number, handle: number): Answer;
  /** A descriptor of the dma-buf: the same file each time. ENOENT. */
  primeHandleToFd(drm: number, handle: number): Answered<Fd>;
  /** The handle of the memory: one for each device. EBADF, EINVAL (no dma-buf). */
  primeFdToHandle(drm: number, fd: number): Answered<Handle>;
  /** Memory of a dma heap, or of a memfd (udmabuf). */
  openDmaBuf(sizeBytes: number, kind: 'heap' | 'memfd'): Answered<Fd>;
  /** Whether two descriptors are of one open file. Context: both are open. */
  isSameFile(fd: number, fd2: number): boolean;
  /** What a new access waits for, as a sync file. EBADF, ENOTTY, EINVAL (flags). */
  dmaBufExportSyncFile(fd: number, flags: number): Answered<Fd>;
  /** Adds a sync file's fences as accesses. EBADF, ENOTTY, EINVAL (flags, no sync file), ENOSPC, EBUSY (it is locked). */
  dmaBufImportSyncFile(fd: number, fenceFd: number, flags: number): Answer;
  /** Begins an access, asleep until it may begin, or ends one. EBADF, ENOTTY, EINVAL, EINTR. */
  dmaBufSync(fd: number, flags: number, signal?: AbortSignal): Promise<Answer>;
  /** What its reservation lists. EBADF, ENOTTY. */
  dmaBufInfo(fd: number): Answered<{ readonly fences: readonly gem.ListedFence[] }>;
  /** An access that lasts until it is signalled, 10 s at most. EINVAL, ENOENT, EBUSY (it could not begin now). */
  vgemFenceAttach(drm: number, handle: number, flags: number, pad?: number): Answered<Handle>;
  /** EINVAL (flags), ENOENT, ETIMEDOUT (it expired before). */
  vgemFenceSignal(drm: number, handle: number, flags?: number): Answer;
}

/** The calls over one space, with descriptors and handles of their own. */
export function uapi(space: Space, options: UapiOptions = {}): Uapi {
  const system = createSystem(space, options.clock ?? ownClock);
  const fdOf = (fd: number): Fd => ({ fd });
  const handleOf = (handle: number): Handle => ({ handle });
  const ready = (revents: number) => ({ rc: revents === 0 ? 0 : 1, revents });
  const dispose = (): void => system.files.closeAll();
  return {
    dispose,
    [disposeKey]: dispose,
    close: (fd) => run(() => system.files.close(fd)),
    dup: (fd) => answer(() => fdOf(system.files.dup(fd))),
    pipe: () =>
      answer(() => ({ fd: system.files.open({ kind: 'pipe' }), writeFd: system.files.open({ kind: 'pipe-end' }) })),
    openOther: () => answer(() => fdOf(system.files.open({ kind: 'other' }))),
    eventfd: () => answer(() => fdOf(openEventFile(system))),
    readEventfd: (fd) => answer(() => ({ count: readEvent(system, fd) })),
    poll: (fd, events) => ready(poll(system, fd, events)),
    pollLater: async (...args) => {
      const found = await pollLater(system, ...args);
      return typeof found === 'number' ? ready(found) : { ...negative(found), revents: 0 };
    },

    openSwSync: (name) => answer(() => fdOf(sw.openSwSync(system, name))),
    swSyncCreateFence: (fd, value) => answer(() => fdOf(sw.createFence(system, fd, value))),
    swSyncInc: (fd, by) => run(() => sw.increase(system, fd, by)),
    swSyncGetDeadline: (fd, fenceFd) => answer(() => ({ deadlineNs: sw.getDeadline(system, fd, fenceFd) })),
    swSyncInfo: (fd) => answer(() => sw.timelineInfo(system, fd)),

    syncMerge: (fd, fd2, name, flags = 0, pad = 0) =>
      answer(() => fdOf(files.merge(system, fd, fd2, name, flags, pad))),
    syncFileInfo: (fd, count, flags = 0, pad = 0) => answer(() => files.fileInfo(system, fd, count, flags, pad)),
    syncSetDeadline: (fd, deadlineNs, pad = 0n) => run(() => files.setDeadline(system, fd, deadlineNs, pad)),

    openDrm: () => answer(() => fdOf(openDrm(system))),
    syncobjCreate: (drm, flags) => answer(() => handleOf(objects.createSyncObject(system, drm, flags))),
    syncobjDestroy: (drm, handle, pad = 0) => run(() => objects.destroySyncObject(system, drm, handle, pad)),
    syncobjHandleToFd: (drm, handle, flags, pad = 0) =>
      answer(() => fdOf(objects.handleToFd(system, drm, handle, flags, pad))),
    syncobjFdToHandle: (drm, fd, flags) => answer(() => handleOf(objects.fdToHandle(system, drm, fd, flags))),
    syncobjImportSyncFile: (drm, handle, fd) => run(() => objects.importSyncFile(system, drm, handle, fd)),
    syncobjReset: (drm, handles) => run(() => objects.resetSyncObjects(system, drm, handles)),
    syncobjSignal: (drm, handles) => run(() => objects.signalSyncObjects(system, drm, handles)),
    syncobjTimelineSignal: (drm, handles, points, flags = 0) =>
      run(() => objects.signalPoints(system, drm, handles, points, flags)),
    syncobjQuery: (drm, handles, flags = 0) =>
      answer(() => ({ points: objects.queryPoints(system, drm, handles, flags) })),
    syncobjWait: (drm, request) =>
      answerLater(async () => {
        const first = await waits.waitSyncObjects(system, drm, request);
        return first === undefined ? {} : { first };
      }),
    syncobjTransfer: (drm, target, source, flags = 0, pad = 0, signal) =>
      runLater(() => waits.transferFence(system, drm, target, source, flags, pad, signal)),
    syncobjEventfd: (drm, target, fd, flags = 0, pad = 0) =>
      run(() => waits.watchPoint(system, drm, target, fd, flags, pad)),

    createDumb: (drm, sizeBytes) => answer(() => handleOf(gem.createDumb(system, drm, sizeBytes))),
    gemClose: (drm, handle) => run(() => gem.closeHandle(system, drm, handle)),
    primeHandleToFd: (drm, handle) => answer(() => fdOf(gem.primeHandleToFd(system, drm, handle))),
    primeFdToHandle: (drm, fd) => answer(() => handleOf(gem.primeFdToHandle(system, drm, fd))),
    openDmaBuf: (sizeBytes, kind) => answer(() => fdOf(gem.openDmaBuf(system, sizeBytes, kind))),
    isSameFile: (fd, fd2) => gem.isSameFile(system, fd, fd2),
    dmaBufExportSyncFile: (fd, flags) => answer(() => fdOf(gem.exportFences(system, fd, flags))),
    dmaBufImportSyncFile: (fd, fenceFd, flags) => run(() => gem.importFences(system, fd, fenceFd, flags)),
    dmaBufSync: (fd, flags, signal) => runLater(() => gem.syncAccess(system, fd, flags, signal)),
    dmaBufInfo: (fd) => answer(() => ({ fences: gem.listFences(system, fd) })),
    vgemFenceAttach: (drm, handle, flags, pad = 0) =>
      answer(() => handleOf(vgem.attachFence(system, drm, handle, flags, pad))),
    vgemFenceSignal: (drm, handle, flags = 0) => run(() => vgem.signalFence(system, drm, handle, flags)),
  };
}
