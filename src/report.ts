/**
 * What things of a space are called here, who holds memory, and who owes what: for errors and reports.
 *
 * Not here: the reports themselves (describe.ts, src/dump/).
 */
import { A_QUIT, J_KERNEL, J_PART, J_PARTS, J_POOL } from './base/layout.ts';
import type { BufferId } from './buffer/buffer.ts';
import { bufferAt, bufferSizeBytes, lockOf, placementOf } from './buffer/buffer.ts';
import { load } from './cells/cell.ts';
import type { Agent, Memory } from './cells/memory.ts';
import { agentAt } from './cells/memory.ts';
import { FREE, stateOf } from './cells/slot.ts';
import type { Core } from './core.ts';
import type { Point, Points } from './fence/points.ts';

import { PENDING, pointStatus } from './fence/points.ts';
import { signallerOf } from './fence/timeline.ts';
import { nameOfKernel } from './kernel-names.ts';
import { agentOfTicket } from './lock/ticket.ts';
import { holderOf } from './lock/ww-lock.ts';
import { clientOf } from './memory/account.ts';
import { pinnersOf } from './memory/pins.ts';
import { hasPending } from './memory/placement.ts';
import { HEAP_SWAP, kindOfHeap, residenceOf } from './memory/residence.ts';
import { openTransactions } from './open-transactions.ts';
import { nameOfTimeline, pointInfo } from './point-info.ts';
import type { LockSet } from './reservation/lock-set.ts';
import {
  ADMITTED,
  isWaitingForTurn,
  jobAt,
  jobOfLane,
  loadPhase,
  PART_RUNNING,
  partAgentOf,
  partStateOf,
  phaseAgentOf,
  phaseOf,
  RUNNING,
  SPLIT,
  seqnoOfJob,
  usesOf,
} from './schedule/job.ts';

/** What this thread knows of a buffer that it made or opened. */
export interface KnownBuffer {
  readonly generation: number;
  readonly label: string;
  /** Undefined if it knows a window of it only. */
  readonly shape: readonly number[] | undefined;
}

/** Labels and shapes are this thread's: what another thread called a buffer is not in shared memory. By slot. */
const labels: WeakMap<Core, Map<number, KnownBuffer>> = new WeakMap();

const reportedMax = 8;

/** What this thread calls a buffer from now on; its shape, unless this is a window. */
export function nameBuffer(core: Core, id: BufferId, label: string, shape: readonly number[] | undefined): void {
  const { buffer, generation } = id;
  let map = labels.get(core);
  if (map === undefined) {
    map = new Map();
    labels.set(core, map);
  }
  const before = map.get(buffer);
  const known = before?.generation === generation ? before.shape : undefined;
  map.set(buffer, { generation, label, shape: shape ?? known });
}

/** What this thread calls a buffer, or called whatever had its slot before. */
export function nameOfBuffer(core: Core, buffer: number): string {
  return labels.get(core)?.get(buffer)?.label ?? `buffer ${buffer}`;
}

/** Outcomes: what this thread knows of just this buffer; undefined if it never made or opened it. */
export function knownBuffer(core: Core, { buffer, generation }: BufferId): KnownBuffer | undefined {
  const known = labels.get(core)?.get(buffer);
  return known?.generation === generation ? known : undefined;
}

/** The largest buffers that have memory, with why it is not free. `client`: token of an account; only those charged to it. */
export function pinnedBuffers(core: Core, client?: number): { label: string; bytes: number; by: string }[] {
  const { agent } = core;
  const held: { label: string; bytes: number; by: string }[] = [];
  for (let buffer = 0; buffer < agent.layout.limits.buffers; buffer++) {
    if (stateOf(load(agent.words, bufferAt(agent, buffer))) === FREE || placementOf(agent, buffer) < 0) continue;
    if (client !== undefined && clientOf(agent, buffer) !== client) continue;
    const label = nameOfBuffer(core, buffer);
    if (kindOfHeap(agent, residenceOf(agent, buffer)) === HEAP_SWAP) continue;
    held.push({ label, bytes: bufferSizeBytes(agent, buffer), by: keptBy(agent, buffer) });
  }
  return held.sort((a, b) => b.bytes - a.bytes).slice(0, reportedMax);
}

/** Why a buffer that has memory cannot give it up. */
function keptBy(agent: Agent, buffer: number): string {
  const pinners = pinnersOf(agent, buffer);
  if (pinners.length > 0) return `a pin of ${pinners.map((pinner) => nameAgent(agent, pinner)).join(', ')}`;
  if (hasPending(agent, buffer)) return 'jobs';
  const holder = holderOf(agent, lockOf(agent, buffer));
  return holder < 0 ? 'references' : `a transaction of ${nameAgent(agent, agentOfTicket(holder))}`;
}

/** Who has to do what is waited for, as a sentence; empty if nothing is known of it. */
export function whoOwes(core: Core, points: Points): string {
  const { agent } = core;
  for (const point of points) {
    const job = jobOfLane(agent, point.timeline);
    if (pointStatus(agent, point) !== PENDING) continue;
    const signaller = job < 0 ? signallerOf(agent, point.timeline) : -1;
    if (signaller >= 0)
      return `Timeline ${nameOfTimeline(core, point)} is signalled by ${nameAgent(agent, signaller)}.`;
    if (job < 0 || seqnoOfJob(agent, job) !== point.seqno) continue;
    const word = loadPhase(agent, job);
    const phase = phaseOf(word);
    if (phase === RUNNING) return `It runs on ${nameAgent(agent, phaseAgentOf(word))}.`;
    if (phase === SPLIT) {
      const runners = runnersOf(agent, job).map((index) => nameAgent(agent, index));
      return `Its parts run on ${runners.join(', ')}.`;
    }
    if (isWaitingForTurn(word)) return whyQueued(core, job);
    if (phase === ADMITTED) return 'It has not begun: it waits for earlier work, or for a worker.';
  }
  return '';
}

const describedMax = 8;

/** The points of a fence in words: how each stands, and who owes what is pending. */
export function describePoints(core: Core, points: Points): string {
  const parts = points.slice(0, describedMax).map((point) => {
    const { timeline, seqno, status, error } = pointInfo(core, point);
    const owed = status === 'pending' ? whoOwes(core, [point]) : '';
    return `${timeline} ${seqno} ${error === undefined ? status : error.code}${owed === '' ? '' : ` (${owed})`}`;
  });
  if (points.length > describedMax) parts.push(`and ${points.length - describedMax} more`);
  return parts.join(', ');
}

/** What a point is called: a job by its kernel, a timeline by its name or its number. Context: any; it may be over. */
export function nameOfPoint(core: Core, point: Point): string {
  const { agent } = core;
  const job = jobOfLane(agent, point.timeline);
  if (job < 0 || seqnoOfJob(agent, job) !== point.seqno) return nameOfTimeline(core, point);
  return nameOfJob(core, job);
}

/** What a job that has the slot is called: its kernel, or 'local' for what its submitter does itself. */
export function nameOfJob(core: Core, job: number): string {
  const at = jobAt(core.agent, job);
  const pool = load(core.agent.words, at + J_POOL);
  return pool < 0 ? 'local' : nameOfKernel(core, pool, load(core.agent.words, at + J_KERNEL));
}

function whyQueued(core: Core, job: number): string {
  for (const { label, set } of openTransactions(core)) {
    if (!isInTheWay(core, set, job)) continue;
    const hint = "Hint: a body that waits for it never ends: give the job the option 'tx'.";
    return `It has not begun: it waits for a lock that the open transaction '${label}' of this thread holds. ${hint}`;
  }
  return 'It has not begun: it waits for locks or for memory.';
}

/** Whether a lock set holds the lock of a buffer that the job uses. */
export function isInTheWay({ agent }: Core, { held }: LockSet, job: number): boolean {
  return usesOf(agent, job).some(({ buffer }) => held.includes(lockOf(agent, buffer)));
}

/** Agents at the parts of a split job. */
export function runnersOf(memory: Memory, job: number): number[] {
  const runners = new Set<number>();
  const parts = load(memory.words, jobAt(memory, job) + J_PARTS);
  for (let part = 0; part < parts; part++) {
    const word = load(memory.words, jobAt(memory, job) + J_PART + part);
    if (partStateOf(word) === PART_RUNNING) runners.add(partAgentOf(word));
  }
  return [...runners];
}

function nameAgent(agent: Agent, index: number): string {
  if (index === agent.index) return `agent ${index} (this thread)`;
  const isLeaving = load(agent.words, agentAt(agent, index) + A_QUIT) !== 0;
  return isLeaving ? `agent ${index} (it was told to stop, but its thread has not stopped)` : `agent ${index}`;
}
