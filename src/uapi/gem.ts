/**
 * Buffers: GEM handles, PRIME and dma-buf descriptors, and the ioctls on their implicit fences (Linux: drm_prime.c,
 * dma-buf.c). One buffer of the library stands behind every handle and descriptor of the same memory.
 */
import type { SharedBuffer } from '../index.ts';
import { type Implicit, implicit, type UsedPointInfo } from '../sync.ts';
import { type DrmFile, drmAt } from './drm-file.ts';
import { refuse } from './errno.ts';
import type { OpenFile } from './file-table.ts';
import { type FenceName, stubName } from './names.ts';
import { openSyncFile, statusOf, syncFileAt } from './sync-file.ts';
import { timeLimit } from './sync-object-wait.ts';
import type { System } from './system.ts';

export const SYNC_READ = 1;
export const SYNC_WRITE = 2;
export const SYNC_END = 4;

/** Memory with its implicit fences. */
export interface GemObject {
  readonly buffer: SharedBuffer;
  readonly fences: Implicit;
  /** Its descriptor's file, once it was exported. */
  exported: DmaBufFile | undefined;
}

export interface DmaBufFile extends OpenFile {
  readonly kind: 'dmabuf';
  readonly object: GemObject;
  /** Whether an access by a processor must have begun before it can end: so it is with memory of a memfd (udmabuf). */
  readonly mustBegin: boolean;
  hasBegun: boolean;
}

/** Memory of so many bytes, behind no handle and no descriptor yet. */
export function newObject(system: System, sizeBytes: number): GemObject {
  const buffer = system.space.buffer('u8', [sizeBytes]) as unknown as SharedBuffer;
  return { buffer, fences: implicit(buffer), exported: undefined };
}

/** MODE_CREATE_DUMB of a device that gives memory. Outcomes: the handle. */
export function createDumb(system: System, drm: number, sizeBytes: number): number {
  return drmAt(system, drm).buffers.add(newObject(system, sizeBytes));
}

/** GEM_CLOSE. */
export function closeHandle(system: System, drm: number, handle: number): void {
  drmAt(system, drm).buffers.remove(handle) ?? refuse('EINVAL');
}

/** PRIME_HANDLE_TO_FD: one more descriptor of the same dma-buf. */
export function primeHandleToFd(system: System, drm: number, handle: number): number {
  const object = drmAt(system, drm).buffers.get(handle) ?? refuse('ENOENT');
  return system.files.open(exportObject(object));
}

/** PRIME_FD_TO_HANDLE: the handle that this device has for the memory, or a new one. */
export function primeFdToHandle(system: System, drm: number, fd: number): number {
  const file = drmAt(system, drm);
  const open = system.files.get(fd);
  if (open.kind !== 'dmabuf') refuse('EINVAL');
  const { object } = open as DmaBufFile;
  return file.buffers.find((known) => known === object) ?? file.buffers.add(object);
}

/** A dma-buf of memory that no device gives handles for: of a dma heap, or of a memfd. Outcomes: the descriptor. */
export function openDmaBuf(system: System, sizeBytes: number, kind: 'heap' | 'memfd'): number {
  return system.files.open(exportObject(newObject(system, sizeBytes), kind === 'memfd'));
}

/** Whether two descriptors are of the same open file. */
export function isSameFile(system: System, fd: number, fd2: number): boolean {
  return system.files.get(fd) === system.files.get(fd2);
}

/** DMA_BUF_IOCTL_EXPORT_SYNC_FILE: what a new access would wait for now. Outcomes: the descriptor of a sync file. */
export function exportFences(system: System, fd: number, flags: number): number {
  const { fences } = dmaBufAt(system, fd).object;
  const access = accessOf(flags);
  const name = nameOfAll(system, pendingFor(fences.points, access));
  return openSyncFile(system, fences.exportFile(access), name);
}

/** DMA_BUF_IOCTL_IMPORT_SYNC_FILE: the work of a sync file becomes an access. */
export function importFences(system: System, fd: number, fenceFd: number, flags: number): void {
  const { fences } = dmaBufAt(system, fd).object;
  const access = accessOf(flags);
  const source = syncFileAt(system, fenceFd) ?? refuse('EINVAL');
  fences.importFile(source.file, access);
}

/** DMA_BUF_IOCTL_SYNC: the beginning of an access by this thread waits until it may begin, its end for nothing. */
export async function syncAccess(system: System, fd: number, flags: number, signal?: AbortSignal): Promise<void> {
  const file = dmaBufAt(system, fd);
  const rw = flags & (SYNC_READ | SYNC_WRITE);
  if ((flags & ~(SYNC_READ | SYNC_WRITE | SYNC_END)) !== 0 || rw === 0) refuse('EINVAL');
  if ((flags & SYNC_END) !== 0) {
    if (file.mustBegin && !file.hasBegun) refuse('EINVAL');
    return;
  }
  file.hasBegun = true;
  const limit = timeLimit(system, Number.POSITIVE_INFINITY, signal);
  const snapshot = file.object.fences.exportFile(accessOf(rw));
  system.files.hold(file);
  try {
    await snapshot.fence.settled({ signal: limit.signal });
  } catch (error) {
    if (limit.why !== undefined) refuse(limit.why);
    throw error;
  } finally {
    system.files.drop(file);
    snapshot.dispose();
    limit.letGo();
  }
}

/** One fence of a buffer, as debugfs shows it. */
export interface ListedFence extends FenceName {
  readonly usage: string;
  /** 1 done, 0 pending, else a negative error number. */
  readonly status: number;
}

/** What debugfs shows of a dma-buf's reservation. Outcomes: its fences in order; EBADF, ENOTTY. */
export function listFences(system: System, fd: number): ListedFence[] {
  return dmaBufAt(system, fd).object.fences.points.map((point) => ({
    ...system.names.nameOf(point),
    usage: point.usage,
    status: statusOf(point),
  }));
}

/** Outcomes: the dma-buf; EBADF, or ENOTTY for a file of another kind. */
export function dmaBufAt(system: System, fd: number): DmaBufFile {
  const file = system.files.get(fd);
  return file.kind === 'dmabuf' ? (file as DmaBufFile) : refuse('ENOTTY');
}

export function gemAt(file: DrmFile, handle: number): GemObject {
  return file.buffers.get(handle) ?? refuse('ENOENT');
}

/** Whoever writes is a writer, also if it reads. */
function accessOf(flags: number): 'read' | 'write' {
  if (flags === 0 || (flags & ~(SYNC_READ | SYNC_WRITE)) !== 0) refuse('EINVAL');
  return (flags & SYNC_WRITE) === 0 ? 'read' : 'write';
}

function pendingFor(points: readonly UsedPointInfo[], access: 'read' | 'write'): UsedPointInfo[] {
  const usages = access === 'write' ? ['move', 'write', 'read'] : ['move', 'write'];
  return points.filter(({ usage, status }) => status === 'pending' && usages.includes(usage));
}

/** An array holds what a reservation lists as it is, also two points of one timeline. */
function nameOfAll(system: System, points: readonly UsedPointInfo[]): FenceName {
  const [first] = points;
  if (first === undefined) return stubName;
  return points.length === 1 ? system.names.nameOf(first) : system.names.arrayName();
}

function exportObject(object: GemObject, mustBegin: boolean = false): DmaBufFile {
  object.exported ??= { kind: 'dmabuf', object, mustBegin, hasBegun: false };
  return object.exported;
}
