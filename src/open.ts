/**
 * Handles back into objects. A handle comes from anywhere and is not trusted: its kind, space, bounds and generation are
 * checked before anything is done with it.
 */
import { bytesPerElement, dtypeNumber, isDType } from './base/dtype.ts';
import { codeFromNumber, fail } from './base/errors.ts';
import { B_DTYPE, TL_STATE } from './base/layout.ts';
import { bufferAt, bufferSizeBytes } from './buffer/buffer.ts';
import { load } from './cells/cell.ts';
import { generationOf } from './cells/slot.ts';
import type { Core } from './core.ts';
import { releaseBuffer, retainBuffer } from './core.ts';
import type { Point } from './fence/points.ts';
import { completedOf, issuedOf, timelineAt } from './fence/timeline.ts';
import type { Fence } from './fence.ts';
import { fenceOver } from './fence.ts';
import type { Gift } from './gift.ts';
import { takeGift } from './gift.ts';
import { lengthOf } from './live-view.ts';
import { nameBuffer } from './report.ts';
import { jobOfLane, seqnoOfJob } from './schedule/job.ts';
import type { SharedBuffer } from './shared-buffer.ts';
import { bufferOver } from './shared-buffer.ts';

type Fields = { readonly [name: string]: unknown };

/** Opens kinds of handles that subpaths bring: they register theirs when they are imported. */
const openers: Map<string, (core: Core, fields: Fields) => unknown> = new Map<
  string,
  (core: Core, fields: Fields) => unknown
>([
  ['fenceline.buffer', openBuffer],
  ['fenceline.fence', openFence],
]);

/** Adds a kind of handle. */
export function registerKind(kind: string, open: (core: Core, fields: Fields) => unknown): void {
  openers.set(kind, open);
}

/** Adds what a subpath knows of buffers to each that is opened. */
export function onOpened(fn: (core: Core, buffer: SharedBuffer) => void): void {
  completers.push(fn);
}

const completers: ((core: Core, buffer: SharedBuffer) => void)[] = [];

/** Outcomes: the object; throws EINVAL (not a handle of this space), ENOENT (its target is gone). */
export function openHandle(core: Core, handle: unknown): unknown {
  if (typeof handle !== 'object' || handle === null) refuseHandle(`(${typeof handle}) is not a handle`);
  const fields = handle as Fields;
  const open = openers.get(String(fields.kind));
  if (open === undefined) refuseHandle(`(kind ${String(fields.kind)}) is of no kind that this space knows`);
  const isEmpty = fields.kind === 'fenceline.fence' && Array.isArray(fields.points) && fields.points.length === 0;
  // A fence of no points is over in every space.
  if (fields.space !== core.data.id && !isEmpty) refuseHandle('is of another space');
  return open(core, fields);
}

function openBuffer(core: Core, fields: Fields): SharedBuffer {
  const { agent } = core;
  const buffer = indexOf(fields.buffer, agent.layout.limits.buffers, 'buffer');
  const generation = indexOf(fields.generation, 2 ** 22, 'generation');
  const { dtype } = fields;
  const shape = shapeOf(fields.shape);
  if (!isDType(dtype)) refuseHandle(`has the element type ${String(dtype)}, which does not exist`);
  const size = lengthOf(shape) * bytesPerElement(dtype);
  const offset = indexOf(fields.offset, Number.MAX_SAFE_INTEGER, 'offset') * bytesPerElement(dtype);
  if (!retainBuffer(core, { buffer, generation })) {
    fail(
      'ENOENT',
      'The buffer of this handle is gone. Hint: keep a reference until the other side has opened it, or give() it.',
      {
        kind: 'buffer',
      },
    );
  }
  const isWhole = load(agent.words, bufferAt(agent, buffer) + B_DTYPE) === dtypeNumber(dtype);
  if (!isWhole || offset + size > bufferSizeBytes(agent, buffer)) {
    releaseBuffer(core, buffer);
    refuseHandle('does not match its buffer');
  }
  if (fields.gift !== undefined) takeOrLetGo(core, buffer, fields.gift as Gift);
  const label = String(fields.label);
  // What the handle says is not trusted: a window counts as one however it calls itself.
  const isPart = fields.isPart === true || size < bufferSizeBytes(agent, buffer);
  nameBuffer(core, { buffer, generation }, label, isPart ? undefined : shape);
  const window = { offset: fields.offset as number, isPart };
  const opened = bufferOver(core, { buffer, generation }, dtype, shape, label, window);
  for (const complete of completers) complete(core, opened);
  return opened;
}

function takeOrLetGo(core: Core, buffer: number, gift: Gift): void {
  try {
    takeGift(core, gift);
  } catch (error) {
    releaseBuffer(core, buffer);
    throw error;
  }
}

function openFence(core: Core, fields: Fields): Fence {
  const given = fields.points;
  if (!Array.isArray(given)) refuseHandle('has no points');
  return fenceOver(
    core,
    given.map((point: Partial<Point>) => openPoint(core, point)),
    String(fields.label),
  );
}

/** A point that came with a handle. Outcomes: the point, or EINVAL. */
export function openPoint(core: Core, point: Partial<Point>): Point {
  const timeline = indexOf(point?.timeline, core.agent.layout.timelineCount, 'timeline');
  const generation = indexOf(point?.generation, 2 ** 22, 'generation');
  const seqno = indexOf(point?.seqno, Number.MAX_SAFE_INTEGER, 'seqno');
  if (timeline === core.agent.layout.stubTimeline) {
    if (codeFromNumber(generation) === undefined) refuseHandle(`names the error ${generation}, which does not exist`);
    return { timeline, generation, seqno };
  }
  const isThere = generationOf(load(core.agent.words, timelineAt(core.agent, timeline) + TL_STATE)) === generation;
  if (isThere && seqno > promisedOf(core, timeline)) refuseHandle(`names point ${seqno}, which nobody has promised`);
  return { timeline, generation, seqno };
}

/** The last point of a timeline that somebody has promised. */
function promisedOf({ agent }: Core, timeline: number): number {
  const job = jobOfLane(agent, timeline);
  return job < 0 ? issuedOf(agent, timeline) : Math.max(completedOf(agent, timeline), seqnoOfJob(agent, job));
}

/** A whole number from 0 to below `limit`. */
export function indexOf(value: unknown, limit: number, name: string): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < limit) return value;
  return refuseHandle(`has the ${name} ${String(value)}, which is not a whole number from 0 to below ${limit}`);
}

function shapeOf(value: unknown): readonly number[] {
  if (!Array.isArray(value)) refuseHandle('has no shape');
  return value.map((dim: unknown) => {
    if (dim === 0) refuseHandle('has the dimension 0, which no buffer has');
    return indexOf(dim, 2 ** 40, 'dimension');
  });
}

/** Outcomes: EINVAL about the handle. */
export function refuseHandle(why: string): never {
  fail('EINVAL', `The handle ${why}.`, { argument: 'handle' });
}
