/** This thread's counts of what it holds of timelines and sync objects: their slots have one bit per agent. */
import { disposeKey } from './base/dispose.ts';
import { TL_STATE } from './base/layout.ts';
import { load } from './cells/cell.ts';
import type { Core } from './core.ts';
import type { Point, Points } from './fence/points.ts';
import { dropTimeline, holdTimeline, isThere, timelineAt } from './fence/timeline.ts';

/** One more reference of this thread. Outcomes: true if it is the first. */
export function countHold(core: Core, name: string): boolean {
  const count = core.syncHolds.get(name) ?? 0;
  core.syncHolds.set(name, count + 1);
  return count === 0;
}

/** One reference less. Outcomes: true if it was the last one, and the slot is to be dropped. */
export function releaseHold(core: Core, name: string): boolean {
  const count = core.syncHolds.get(name) ?? 0;
  if (core.isClosed) return false;
  if (count > 1) core.syncHolds.set(name, count - 1);
  else core.syncHolds.delete(name);
  return count === 1;
}

/**
 * Keeps the timelines of these points from being used again, until disposed of. Of a timeline that is gone already
 * nothing can be kept; lanes of jobs and points that failed from the start need no keeping.
 */
export function holdPoints(core: Core, points: Points): Disposable {
  const held: Point[] = [];
  for (const point of points) if (holdPoint(core, point)) held.push(point);
  return {
    [disposeKey]: () => {
      for (const { timeline } of held.splice(0)) releaseTimeline(core, timeline);
    },
  };
}

/** One reference of this thread less to a timeline. */
export function releaseTimeline(core: Core, timeline: number): void {
  if (releaseHold(core, `timeline ${timeline}`)) dropTimeline(core.agent, timeline, core.agent.index);
}

function holdPoint(core: Core, { timeline, generation }: Point): boolean {
  const { agent } = core;
  if (timeline >= agent.layout.limits.timelines) return false;
  const name = `timeline ${timeline}`;
  // What this thread holds stays, but it may be another timeline, in the slot of one that is gone.
  const isHeld = (core.syncHolds.get(name) ?? 0) > 0;
  const isKept = isHeld
    ? isThere(load(agent.words, timelineAt(agent, timeline) + TL_STATE), generation)
    : holdTimeline(agent, timeline, generation);
  if (isKept) countHold(core, name);
  return isKept;
}
