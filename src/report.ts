/**
 * What a space holds, in words and figures: for errors and for `space.describe()`.
 */
import { A_QUIT, H_JOB_TOP, J_PART, J_PARTS } from './base/layout.ts';
import { ticketsPerAgent } from './base/limits.ts';
import type { BufferId } from './buffer/buffer.ts';
import { bufferAt, bufferSizeBytes, lockOf, placementOf } from './buffer/buffer.ts';
import { load } from './cells/cell.ts';
import { now } from './cells/clock.ts';
import type { Agent } from './cells/memory.ts';
import { agentAt, isLive } from './cells/memory.ts';
import { FREE, stateOf } from './cells/slot.ts';
import type { Core } from './core.ts';
import type { Points } from './fence/points.ts';
import { PENDING, pointStatus } from './fence/points.ts';
import { signallerOf } from './fence/timeline.ts';
import { isTicketOpen, userTickets } from './lock/ticket.ts';
import { heapStats } from './memory/heap-stats.ts';
import { hasPending } from './memory/placement.ts';
import { type OpenTransaction, openTransactions, transactionStatsOf } from './open-transactions.ts';
import { nameOfTimeline, pointInfo } from './point-info.ts';
import type { LockSet } from './reservation/lock-set.ts';
import {
  ADMITTED,
  jobAt,
  jobOfLane,
  loadPhase,
  PART_RUNNING,
  partAgentOf,
  partStateOf,
  phaseAgentOf,
  phaseOf,
  QUEUED,
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

/** The largest buffers that have memory, with why it is not free. */
export function pinnedBuffers(core: Core): { label: string; bytes: number; by: string }[] {
  const { agent } = core;
  const held: { label: string; bytes: number; by: string }[] = [];
  for (let buffer = 0; buffer < agent.layout.limits.buffers; buffer++) {
    if (stateOf(load(agent.words, bufferAt(agent, buffer))) === FREE || placementOf(agent, buffer) < 0) continue;
    const label = nameOfBuffer(core, buffer);
    held.push({ label, bytes: bufferSizeBytes(agent, buffer), by: hasPending(agent, buffer) ? 'jobs' : 'references' });
  }
  return held.sort((a, b) => b.bytes - a.bytes).slice(0, reportedMax);
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
    if (phase === SPLIT) return `Its parts run on ${runnersOf(agent, job).join(', ')}.`;
    if (phase === QUEUED) return whyQueued(core, job);
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

function whyQueued(core: Core, job: number): string {
  for (const { label, set } of openTransactions(core)) {
    if (!isInTheWay(core, set, job)) continue;
    const hint = "Hint: a body that waits for it never ends: give the job the option 'tx'.";
    return `It has not begun: it waits for a lock that the open transaction '${label}' of this thread holds. ${hint}`;
  }
  return 'It has not begun: it waits for locks or for memory.';
}

function isInTheWay({ agent }: Core, { held }: LockSet, job: number): boolean {
  return usesOf(agent, job).some(({ buffer }) => held.includes(lockOf(agent, buffer)));
}

/** How transactions of this thread went, those that are open, and tickets of others. */
function transactionLines(core: Core): string[] {
  const { done, failed, retries, retriesMax } = transactionStatsOf(core);
  const lines = [
    `  transactions of this thread: ${done} done, ${failed} failed, ${retries} retries, at most ${retriesMax} of one`,
  ];
  for (const opened of openTransactions(core)) lines.push(openLine(core, opened));
  const { agent } = core;
  for (let index = 0; index < agent.layout.limits.agents; index++) {
    if (index === agent.index || !isLive(agent, index)) continue;
    const open = openTicketsOf(agent, index);
    if (open > 0) lines.push(`  agent ${index} has ${open} ${open === 1 ? 'ticket' : 'tickets'} open`);
  }
  return lines;
}

function openLine(core: Core, { label, since, attempt, set, buffers, locks }: OpenTransaction): string {
  const { agent } = core;
  const names = new Map([...buffers].map((buffer) => [lockOf(agent, buffer), nameOfBuffer(core, buffer)]));
  const held = set.held.map((lockAt) => names.get(lockAt) ?? locks.get(lockAt)?.label ?? 'a lock');
  let waiting = 0;
  for (let job = 0; job < load(agent.words, H_JOB_TOP); job++) {
    const isQueued =
      stateOf(load(agent.words, jobAt(agent, job))) !== FREE && phaseOf(loadPhase(agent, job)) === QUEUED;
    if (isQueued && isInTheWay(core, set, job)) waiting++;
  }
  const openMs = Math.round(now() - since);
  const who = waiting === 0 ? '' : `; ${waiting} ${waiting === 1 ? 'job waits' : 'jobs wait'} for its locks`;
  return `  transaction ${label}: open for ${openMs} ms, in run ${attempt}, holds ${held.join(', ') || 'nothing'}${who}`;
}

function openTicketsOf(agent: Agent, index: number): number {
  let open = 0;
  for (let id = index * ticketsPerAgent; id < index * ticketsPerAgent + userTickets; id++) {
    if (isTicketOpen(agent, id)) open++;
  }
  return open;
}

function runnersOf(agent: Agent, job: number): string[] {
  const runners = new Set<string>();
  const parts = load(agent.words, jobAt(agent, job) + J_PARTS);
  for (let part = 0; part < parts; part++) {
    const word = load(agent.words, jobAt(agent, job) + J_PART + part);
    if (partStateOf(word) === PART_RUNNING) runners.add(nameAgent(agent, partAgentOf(word)));
  }
  return [...runners];
}

function nameAgent(agent: Agent, index: number): string {
  if (index === agent.index) return `agent ${index} (this thread)`;
  const isLeaving = load(agent.words, agentAt(agent, index) + A_QUIT) !== 0;
  return isLeaving ? `agent ${index} (it was told to stop, but its thread has not stopped)` : `agent ${index}`;
}

/** A text for people: heaps, agents, buffers, jobs, transactions. */
export function describeCore(core: Core): string {
  const { agent } = core;
  const lines = [`space ${core.data.id}: ${agent.isShared ? 'shared' : 'one thread only'}`];
  core.heapNames.forEach((name, heap) => {
    const stats = heapStats(agent, heap);
    lines.push(
      `  heap ${name}: ${stats.usedBytes} of ${stats.budgetBytes} bytes used, peak ${stats.peakBytes}, ` +
        `largest free ${stats.largestFreeBytes}, fragmentation ${stats.fragmentation.toFixed(2)}`,
    );
  });
  let agents = 0;
  for (let index = 0; index < agent.layout.limits.agents; index++) if (isLive(agent, index)) agents++;
  lines.push(`  agents: ${agents} of ${agent.layout.limits.agents}`);
  for (const { label, bytes, by } of pinnedBuffers(core))
    lines.push(`  buffer ${label}: ${bytes} bytes, kept by ${by}`);
  let jobs = 0;
  const top = load(agent.words, H_JOB_TOP);
  for (let job = 0; job < top; job++) {
    if (stateOf(load(agent.words, jobAt(agent, job))) !== FREE && phaseOf(loadPhase(agent, job)) !== 0) jobs++;
  }
  lines.push(`  jobs: ${jobs} of ${agent.layout.limits.jobs}`);
  lines.push(...transactionLines(core));
  return lines.join('\n');
}
