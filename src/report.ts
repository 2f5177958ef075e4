/**
 * What a space holds, in words and figures: for errors and for `space.describe()`.
 */
import { H_JOB_TOP } from './base/layout.ts';
import { bufferAt, bufferSizeBytes, placementOf } from './buffer/buffer.ts';
import { load } from './cells/cell.ts';
import { isLive } from './cells/memory.ts';
import { FREE, stateOf } from './cells/slot.ts';
import type { Core } from './core.ts';
import { heapStats } from './memory/heap-stats.ts';
import { hasPending } from './memory/placement.ts';
import { jobAt, loadPhase, phaseOf } from './schedule/job.ts';

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

/** The largest buffers that have memory, with why it is not free. */
export function pinnedBuffers(core: Core): { label: string; bytes: number; by: string }[] {
  const { agent } = core;
  const held: { label: string; bytes: number; by: string }[] = [];
  for (let buffer = 0; buffer < agent.layout.limits.buffers; buffer++) {
    if (stateOf(load(agent.words, bufferAt(agent, buffer))) === FREE || placementOf(agent, buffer) < 0) continue;
    const label = labels.get(core)?.get(buffer) ?? `buffer ${buffer}`;
    held.push({ label, bytes: bufferSizeBytes(agent, buffer), by: hasPending(agent, buffer) ? 'jobs' : 'references' });
  }
  return held.sort((a, b) => b.bytes - a.bytes).slice(0, reportedMax);
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
