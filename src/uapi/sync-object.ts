/**
 * drm_syncobj: handles and descriptors of sync objects (Linux: drivers/gpu/drm/drm_syncobj.c). Waiting: sync-object-wait.ts.
 *
 * A sync object lives while a handle, a descriptor or a sleeping call refers to it. Points are 64-bit numbers in Linux and
 * safe integers here: those from 2^52 on are folded, order kept, and two less than 4096 apart may become one.
 */
import { type SyncObject, syncObject } from '../sync.ts';
import { type DrmFile, drmAt } from './drm-file.ts';
import { refuse } from './errno.ts';
import type { OpenFile } from './file-table.ts';
import { type FenceName, isChain, nodeOf, stubName } from './names.ts';
import { openSyncFile, syncFileAt } from './sync-file.ts';
import { release, type SharedSyncObject } from './sync-object-refs.ts';
import type { System } from './system.ts';

export const CREATE_SIGNALED = 1;
const SYNC_FILE = 1;
const LAST_SUBMITTED = 1;

interface SyncObjectFile extends OpenFile {
  readonly kind: 'syncobj';
  readonly object: SharedSyncObject;
}

/** SYNCOBJ_CREATE. Outcomes: the handle. */
export function createSyncObject(system: System, drm: number, flags: number): number {
  const file = drmAt(system, drm);
  if ((flags & ~CREATE_SIGNALED) !== 0) refuse('EINVAL');
  const object = syncObject(system.space, 'syncobj');
  const shared: SharedSyncObject = { object, name: undefined, refs: 1, onGone: new Set() };
  if ((flags & CREATE_SIGNALED) !== 0) putStub(system, shared);
  return file.syncObjects.add(shared);
}

/** SYNCOBJ_DESTROY. */
export function destroySyncObject(system: System, drm: number, handle: number, pad: number): void {
  const file = drmAt(system, drm);
  if (pad !== 0) refuse('EINVAL');
  release(file.syncObjects.remove(handle) ?? refuse('EINVAL'));
}

/** SYNCOBJ_HANDLE_TO_FD. Outcomes: a descriptor of the sync object, or of a sync file of what is in it. */
export function handleToFd(system: System, drm: number, handle: number, flags: number, pad: number): number {
  const file = drmAt(system, drm);
  if (pad !== 0 || (flags & ~SYNC_FILE) !== 0) refuse('EINVAL');
  if (flags === SYNC_FILE) return exportSyncFile(system, find(file, handle));
  const object = file.syncObjects.get(handle) ?? refuse('EINVAL');
  object.refs++;
  const open: SyncObjectFile = { kind: 'syncobj', object, release: () => release(object) };
  return system.files.open(open);
}

/** SYNCOBJ_FD_TO_HANDLE without flags. Outcomes: a new handle of the same sync object. */
export function fdToHandle(system: System, drm: number, fd: number, flags: number): number {
  const file = drmAt(system, drm);
  if ((flags & ~SYNC_FILE) !== 0) refuse('EINVAL');
  const open = system.files.at(fd);
  if (open?.kind !== 'syncobj') refuse('EINVAL');
  const { object } = open as SyncObjectFile;
  object.refs++;
  return file.syncObjects.add(object);
}

/** SYNCOBJ_FD_TO_HANDLE with IMPORT_SYNC_FILE. */
export function importSyncFile(system: System, drm: number, handle: number, fd: number): void {
  const file = drmAt(system, drm);
  const source = syncFileAt(system, fd) ?? refuse('EINVAL');
  const target = find(file, handle);
  target.object.replace(source.file);
  target.name = source.name;
}

/** SYNCOBJ_RESET. */
export function resetSyncObjects(system: System, drm: number, handles: readonly number[]): void {
  for (const target of findAll(system, drm, handles)) {
    target.object.reset();
    target.name = undefined;
  }
}

/** SYNCOBJ_SIGNAL. */
export function signalSyncObjects(system: System, drm: number, handles: readonly number[]): void {
  for (const target of findAll(system, drm, handles)) putStub(system, target);
}

/** SYNCOBJ_TIMELINE_SIGNAL. */
export function signalPoints(
  system: System,
  drm: number,
  handles: readonly number[],
  points: readonly bigint[],
  flags: number,
): void {
  if (flags !== 0) refuse('EINVAL');
  const targets = findAll(system, drm, handles);
  for (const [index, target] of targets.entries()) {
    const point = points[index] ?? 0n;
    target.object.signal(foldPoint(point), system.stampOfStub);
    target.name = system.names.chainName(target.name, point);
  }
}

/** SYNCOBJ_QUERY. Outcomes: a point for each. */
export function queryPoints(system: System, drm: number, handles: readonly number[], flags: number): bigint[] {
  if ((flags & ~LAST_SUBMITTED) !== 0) refuse('EINVAL');
  const submitted = flags === LAST_SUBMITTED;
  return findAll(system, drm, handles).map(({ object, name }) => unfoldPoint(object.query({ submitted }), name));
}

/** The sync objects of an ioctl that takes several. Outcomes: all of them; EINVAL for none, ENOENT. */
export function findAll(system: System, drm: number, handles: readonly number[]): SharedSyncObject[] {
  const file = drmAt(system, drm);
  if (handles.length === 0) refuse('EINVAL');
  return handles.map((handle) => find(file, handle));
}

export function find(file: DrmFile, handle: number): SharedSyncObject {
  return file.syncObjects.get(handle) ?? refuse('ENOENT');
}

/** A point of Linux as one of the library's. */
export function foldPoint(point: bigint): number {
  return point < foldFrom ? Number(point) : Number(foldFrom + ((point - foldFrom) >> foldBits));
}

/** The point of Linux that this stands for: of folded ones, that of the nodes added here. */
function unfoldPoint(point: number, name: FenceName | undefined): bigint {
  if (BigInt(point) < foldFrom) return BigInt(point);
  for (let node = name; node !== undefined; node = node.previous) {
    if (isChain(node) && foldPoint(node.seqno) === point) return node.seqno;
  }
  return foldFrom + ((BigInt(point) - foldFrom) << foldBits);
}

const foldFrom = 2n ** 52n;
const foldBits = 12n;

function putStub(system: System, shared: SharedSyncObject): void {
  shared.object.signal(undefined, system.stamp());
  shared.name = stubName;
}

function exportSyncFile(system: System, { object, name }: SharedSyncObject): number {
  if (name === undefined) refuse('EINVAL');
  return openSyncFile(system, object.exportFile(), name);
}

/**
 * SYNCOBJ_TRANSFER needs the name of what it takes: that of the node for the point, or, if all nodes before the last are
 * over, of what was there before the first of them, or of the stub if that is over too.
 */
export function nameAfterTransfer(source: SharedSyncObject, target: SyncObject): FenceName {
  if (!isChain(source.name)) return source.name ?? stubName;
  const last = target.query({ submitted: true });
  // What was asked for is above 0: without a number it is no node.
  if (last === 0) return target.peek()?.status === 'pending' ? beforeChain(source.name) : stubName;
  return nodeOf(source.name, unfoldPoint(last, source.name)) ?? stubName;
}

/** What the first node of a chain was put on. */
function beforeChain(name: FenceName | undefined): FenceName {
  let node = name;
  while (node !== undefined && isChain(node)) node = node.previous;
  return node ?? stubName;
}
