/**
 * sync_file: a fence with a name, behind a descriptor (Linux: drivers/dma-buf/sync_file.c).
 *
 * What a file consists of, and what became of it, is what the library's sync file says; a file remembers only what Linux
 * would call its fence, of which a name is made where none was given.
 */
import type { Fence, PointInfo } from '../index.ts';
import { type SyncFile, syncFile } from '../sync.ts';
import { millisecondsOf } from './clock.ts';
import { errnoOfFailure, refuse } from './errno.ts';
import type { OpenFile } from './file-table.ts';
import { autoName, type FenceName, isChain, nameLengthMax, stubName } from './names.ts';
import type { System } from './system.ts';

export interface SyncFileHandle extends OpenFile {
  readonly kind: 'sync_file';
  readonly file: SyncFile;
  /** What Linux would call its fence. */
  readonly name: FenceName;
  readonly userName: string;
}

/** One fence of a sync file (struct sync_fence_info). */
export interface FenceInfo {
  readonly driver: string;
  readonly timeline: string;
  /** 1 done, 0 pending, else a negative error number. */
  readonly status: number;
  /** Milliseconds since 1970; undefined while it is pending, or if it was not kept. */
  readonly signaledAtMs: number | undefined;
}

/** What FILE_INFO answers. */
export interface FileInfo {
  readonly name: string;
  readonly status: number;
  readonly count: number;
  /** Empty if they were not asked for. */
  readonly fences: readonly FenceInfo[];
}

/** A descriptor for a fence, or for a sync file of the library. */
export function openSyncFile(
  system: System,
  fence: Fence<unknown> | SyncFile,
  name: FenceName,
  userName: string = '',
): number {
  const file = 'leaves' in fence ? fence : syncFile(fence, userName === '' ? autoName(name) : userName);
  const handle: SyncFileHandle = { kind: 'sync_file', file, name, userName, release: () => file.dispose() };
  return system.files.open(handle);
}

/** The sync file behind a descriptor; undefined if there is none, or another file (sync_file_fdget). */
export function syncFileAt(system: System, fd: number): SyncFileHandle | undefined {
  const file = system.files.at(fd);
  return file?.kind === 'sync_file' ? (file as SyncFileHandle) : undefined;
}

/** SYNC_IOC_MERGE. Outcomes: the descriptor of a sync file that is over when both are. */
export function merge(system: System, fd: number, fd2: number, name: string, flags: number, pad: number): number {
  const first = needSyncFile(system, fd);
  if (flags !== 0 || pad !== 0) refuse('EINVAL');
  const second = syncFileAt(system, fd2) ?? refuse('ENOENT');
  const userName = name.slice(0, nameLengthMax);
  const merged = first.file.merge(second.file, userName);
  const kernelName = system.names.mergedName([...first.file.leaves, ...second.file.leaves]);
  return openSyncFile(system, merged, kernelName, userName);
}

/** SYNC_IOC_FILE_INFO with room for `count` fences; 0 asks for the status and the count alone. */
export function fileInfo(system: System, fd: number, count: number, flags: number, pad: number): FileInfo {
  const handle = needSyncFile(system, fd);
  if (flags !== 0 || pad !== 0) refuse('EINVAL');
  const { file, name, userName } = handle;
  const { leaves } = file;
  const shown = userName === '' ? autoName(name) : userName;
  if (count === 0) return { name: shown, status: statusOfFile(handle), count: leaves.length, fences: [] };
  if (count < leaves.length) refuse('EINVAL');
  const fences = leaves.map((leaf) => infoOf(system, leaf));
  const status = fences.reduce((found, fence) => (found <= 0 ? found : fence.status), 1);
  return { name: shown, status, count: leaves.length, fences };
}

/** SYNC_IOC_SET_DEADLINE, in nanoseconds. */
export function setDeadline(system: System, fd: number, nanoseconds: bigint, pad: bigint): void {
  const { file } = needSyncFile(system, fd);
  if (pad !== 0n) refuse('EINVAL');
  file.fence.hintDeadline(millisecondsOf(nanoseconds));
}

/** The sync file of an ioctl. Outcomes: the file; EBADF, or ENOTTY for a file of another kind. */
export function needSyncFile(system: System, fd: number): SyncFileHandle {
  system.files.get(fd);
  return syncFileAt(system, fd) ?? refuse('ENOTTY');
}

/** The status of the fence as one. A chain is done or pending: it shows no error of what it consists of. */
function statusOfFile({ file, name }: SyncFileHandle): number {
  if (file.status === 'pending') return 0;
  if (file.status === 'done' || isChain(name)) return 1;
  return -errnoOfFailure(file.fence.error);
}

function infoOf(system: System, leaf: PointInfo): FenceInfo {
  const name = system.names.nameOf(leaf);
  // What was over before anybody looked is the stub that all share.
  const signaledAtMs = leaf.signaledAtMs ?? (name === stubName ? system.stampOfStub.atMs : undefined);
  return { driver: name.driver, timeline: name.timeline, status: statusOf(leaf), signaledAtMs };
}

/** 1 done, 0 pending, else a negative error number. */
export function statusOf({ status, error }: Pick<PointInfo, 'status' | 'error'>): number {
  if (status === 'pending') return 0;
  return status === 'done' ? 1 : -errnoOfFailure(error);
}
