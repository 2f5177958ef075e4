/**
 * What a space holds, in words and figures: for errors and for `space.describe()`.
 */
import { A_QUIT, H_JOB_TOP, J_PART, J_PARTS } from './base/layout.ts';
import { bufferAt, bufferSizeBytes, placementOf } from './buffer/buffer.ts';
import { load } from './cells/cell.ts';
import type { Agent } from './cells/memory.ts';
import { agentAt, isLive } from './cells/memory.ts';
import { FREE, stateOf } from './cells/slot.ts';
import type { Core } from './core.ts';
import type { Points } from './fence/points.ts';
import { PENDING, pointStatus } from './fence/points.ts';
import { signallerOf } from './fence/timeline.ts';
import { heapStats } from './memory/heap-stats.ts';
import { hasPending } from './memory/placement.ts';
import { nameOfTimeline, pointInfo } from './point-info.ts';
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
} from './schedule/job.ts';

/** Labels are this thread's: what another thread called a buffer is not in shared memory. */
const labels: WeakMap<Core, Map<number, string>> = new WeakMap();

const reportedMax = 8;

export function nameBuffer(core: Core, buffer: number, label: string): void {
  let map = labels.get(core);
  if (map === undefined) {
    map = new Map();
    labels.set(core, map);
  }
  map.set(buffer, label);
}

/** What this thread calls a buffer. */
export function nameOfBuffer(core: Core, buffer: number): string {
  return labels.get(core)?.get(buffer) ?? `buffer ${buffer}`;
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
    if (phase === QUEUED) return 'It has not begun: it waits for locks or for memory.';
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

/** A text for people: heaps, agents, buffers, jobs. */
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
  return lines.join('\n');
}
