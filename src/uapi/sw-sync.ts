/**
 * sw_sync: timelines that a program drives itself (Linux: drivers/dma-buf/sw_sync.c).
 *
 * A kernel value has 32 bits and wraps; the points of our timeline count on: value v that is d steps ahead of the present
 * one is point completed + d. A value that is not ahead is over when it is made, and gets a timeline of its own, because
 * every such fence has its own time stamp.
 */
import { type Timeline, timeline } from '../sync.ts';
import { nanosecondsOf } from './clock.ts';
import { errnoOf, failureOfErrno, refuse } from './errno.ts';
import type { OpenFile } from './file-table.ts';
import type { FenceName } from './names.ts';
import { openSyncFile, type SyncFileHandle, syncFileAt } from './sync-file.ts';
import type { System } from './system.ts';

/** A pending value is at most so far ahead of the present one. */
const aheadMax = 2 ** 31 - 1;

interface SwTimeline extends OpenFile {
  readonly kind: 'sw_sync';
  readonly name: string;
  readonly context: number;
  readonly label: string;
  readonly timeline: Timeline;
  /** Its present value, as Linux counts. */
  value: number;
  /** How many fences it made that were over at once. */
  overCount: number;
}

/** The deadlines that reached each timeline of sw_sync, by its label and point. They outlive the timeline's descriptor. */
const deadlines: WeakMap<System, Map<string, number>> = new WeakMap();

/** Opens /sys/kernel/debug/sync/sw_sync: a new timeline, named after the program. */
export function openSwSync(system: System, name: string): number {
  const context = system.names.allocate();
  const label = `sw_sync-${name}${context}`;
  const reached = deadlinesOf(system);
  const own = timeline(system.space, label, {
    timestamps: true,
    onDeadline: (atMs, upTo) => keepEarliest(reached, `${label} ${upTo}`, atMs),
  });
  const file: SwTimeline = {
    kind: 'sw_sync',
    name,
    context,
    label,
    timeline: own,
    value: 0,
    overCount: 0,
    release: () => own.close(failureOfErrno(errnoOf('ENOENT')), system.stamp()),
  };
  system.names.register(label, { driver: 'sw_sync', timeline: name, context, seqnoOf: lowHalf });
  return system.files.open(file);
}

/** SW_SYNC_IOC_CREATE_FENCE. Outcomes: the descriptor of a sync file. */
export function createFence(system: System, fd: number, value: number): number {
  const file = swTimelineAt(system, fd);
  const name: FenceName = { driver: 'sw_sync', timeline: file.name, context: file.context, seqno: BigInt(value) };
  const ahead = (value - file.value) >>> 0;
  const isAhead = ahead > 0 && ahead <= aheadMax;
  const fence = isAhead
    ? file.timeline.issue(file.timeline.completed + ahead)
    : overTimeline(system, file, value).issue(1);
  return openSyncFile(system, fence, name);
}

/** SW_SYNC_IOC_INC. */
export function increase(system: System, fd: number, by: number): void {
  const file = swTimelineAt(system, fd);
  // In steps, because no more than so many points may be promised at once.
  for (let left = by; left > 0; ) {
    const step = Math.min(left, aheadMax);
    const to = file.timeline.completed + step;
    if (to > file.timeline.issued) file.timeline.issue(to);
    file.timeline.signal(to, system.stamp());
    left -= step;
  }
  file.value = (file.value + by) >>> 0;
}

/** SW_SYNC_GET_DEADLINE: the earliest deadline that reached a fence of sw_sync, in nanoseconds. */
export function getDeadline(system: System, fd: number, fenceFd: number): bigint {
  swTimelineAt(system, fd);
  const fence = syncFileAt(system, fenceFd) ?? refuse('EINVAL');
  if (fence.name.driver !== 'sw_sync') refuse('EINVAL');
  // A merge may list failures besides.
  const point = fence.file.leaves.find((leaf) => isNamed(system.names.nameOf(leaf), fence.name));
  const deadline = point && deadlinesOf(system).get(`${point.timeline} ${point.seqno}`);
  return deadline === undefined ? refuse('ENOENT') : nanosecondsOf(deadline);
}

/** What debugfs shows of a timeline: its value, and those of its points that are pending and that a sync file holds. */
export function timelineInfo(system: System, fd: number): { value: number; pending: readonly number[] } {
  const file = swTimelineAt(system, fd);
  const pending = new Set<number>();
  for (const open of system.files.all()) {
    if (open.kind !== 'sync_file') continue;
    for (const leaf of (open as SyncFileHandle).file.leaves) {
      if (leaf.timeline === file.label && leaf.status === 'pending') pending.add(leaf.seqno);
    }
  }
  const sorted = [...pending].sort((a, b) => a - b);
  return { value: file.value | 0, pending: sorted.map((point) => Number(lowHalf(point))) };
}

/** A timeline for one fence that is over when it is made, under the name of its context. */
function overTimeline(system: System, file: SwTimeline, value: number): Timeline {
  const label = `${file.label}#${++file.overCount}`;
  const { name, context } = file;
  system.names.register(label, { driver: 'sw_sync', timeline: name, context, seqnoOf: () => BigInt(value) });
  const over = timeline(system.space, label, { timestamps: true });
  over.issue(1);
  over.signal(1, system.stamp());
  return over;
}

function isNamed(name: FenceName, other: FenceName): boolean {
  return name.context === other.context && name.seqno === other.seqno;
}

function swTimelineAt(system: System, fd: number): SwTimeline {
  const file = system.files.get(fd);
  return file.kind === 'sw_sync' ? (file as SwTimeline) : refuse('ENOTTY');
}

function deadlinesOf(system: System): Map<string, number> {
  const known = deadlines.get(system);
  if (known !== undefined) return known;
  const made = new Map<string, number>();
  deadlines.set(system, made);
  return made;
}

function keepEarliest(map: Map<string, number>, key: string, atMs: number): void {
  const known = map.get(key);
  if (known === undefined || atMs < known) map.set(key, atMs);
}

function lowHalf(point: number): bigint {
  return BigInt.asUintN(32, BigInt(point));
}
