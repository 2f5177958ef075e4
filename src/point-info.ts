/**
 * What is known of a point, for people and for what lists fences: its timeline by name, and how and when it was over.
 *
 * Names are this thread's, as those of buffers are (report.ts): they are not in shared memory.
 */
import type { FencelineError } from './base/errors.ts';
import type { Core } from './core.ts';
import { failureOf } from './failure.ts';
import { DONE, PENDING, type Point, pointStamp, pointStatus } from './fence/points.ts';

/** What is known of one point of a fence, without waiting (sync_fence_info). */
export interface PointInfo {
  /** What this thread calls its timeline, which it made or opened; else its number. */
  readonly timeline: string;
  readonly seqno: number;
  readonly status: 'pending' | 'done' | 'failed';
  /** Why it failed; undefined while it is pending or if it is done. */
  readonly error: FencelineError | undefined;
  /** When it was signalled, in milliseconds since 1970; undefined if that was not kept, or no longer is. */
  readonly signaledAtMs: number | undefined;
}

interface Name {
  readonly generation: number;
  readonly label: string;
}

/** By slot: of one that was used again, only the last name is kept. */
const names: WeakMap<Core, Map<number, Name>> = new WeakMap();

/** What this thread calls a timeline from now on. */
export function nameTimeline(core: Core, { timeline, generation }: Omit<Point, 'seqno'>, label: string): void {
  let map = names.get(core);
  if (map === undefined) {
    map = new Map();
    names.set(core, map);
  }
  map.set(timeline, { generation, label });
}

/** What this thread calls a timeline: its label, or its number. */
export function nameOfTimeline(core: Core, { timeline, generation }: Omit<Point, 'seqno'>): string {
  if (timeline === core.agent.layout.stubTimeline) return 'over';
  const name = names.get(core)?.get(timeline);
  return name?.generation === generation ? name.label : String(timeline);
}

/** Looks at one point. Context: any; never waits. */
export function pointInfo(core: Core, point: Point): PointInfo {
  const status = pointStatus(core.agent, point);
  const timeline = nameOfTimeline(core, point);
  const isFailed = status !== PENDING && status !== DONE;
  return {
    timeline,
    seqno: point.seqno,
    status: status === PENDING ? 'pending' : isFailed ? 'failed' : 'done',
    error: isFailed ? failureOf(core, point, status, `${timeline} ${point.seqno}`) : undefined,
    signaledAtMs: status === PENDING ? undefined : pointStamp(core.agent, point),
  };
}
