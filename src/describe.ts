/**
 * `space.describe()`: a text for people. Not here: the same facts in full, as data (src/dump/).
 */
import { H_FETCHED, H_JOB_TOP, P_KIND } from './base/layout.ts';
import { ticketsPerAgent } from './base/limits.ts';
import { bufferAt, bufferSizeBytes, lockOf, placementOf } from './buffer/buffer.ts';
import { load } from './cells/cell.ts';
import { now } from './cells/clock.ts';
import type { Agent } from './cells/memory.ts';
import { isLive } from './cells/memory.ts';
import { FREE, stateOf } from './cells/slot.ts';
import { TRACE_EVICTED, TRACE_MOVED, TRACE_SWAPPED_IN } from './cells/trace.ts';
import type { Core } from './core.ts';
import { heapsThere } from './heaps.ts';
import { reasonsKept, tellKept } from './kept.ts';
import { isTicketOpen } from './lock/ticket.ts';
import { accountStats, accountTokens } from './memory/account.ts';
import { blockHeap } from './memory/allocator.ts';
import { heapAt } from './memory/block-chain.ts';
import { heapStats } from './memory/heap-stats.ts';
import { countOf } from './memory/note.ts';
import { type OpenTransaction, openTransactions, transactionStatsOf } from './open-transactions.ts';
import { isInTheWay, nameOfBuffer } from './report.ts';
import { isWaitingForTurn, jobAt, loadPhase, phaseOf } from './schedule/job.ts';

/** The largest buffers stand in the text, as many as this. */
const describedMax = 8;

/** A text for people: heaps, clients, agents, buffers, jobs, transactions. */
export function describeCore(core: Core): string {
  const { agent } = core;
  const lines = [`space ${core.data.id}: ${agent.isShared ? 'shared' : 'one thread only'}`];
  lines.push(...heapsThere(core).map(({ heap, name }) => heapLine(agent, name, heap)));
  for (const token of accountTokens(agent)) lines.push(...clientLines(agent, token));
  let agents = 0;
  for (let index = 0; index < agent.layout.limits.agents; index++) if (isLive(agent, index)) agents++;
  lines.push(`  agents: ${agents} of ${agent.layout.limits.agents}`);
  lines.push(...bufferLines(core));
  let jobs = 0;
  const top = load(agent.words, H_JOB_TOP);
  for (let job = 0; job < top; job++) {
    if (stateOf(load(agent.words, jobAt(agent, job))) !== FREE && phaseOf(loadPhase(agent, job)) !== 0) jobs++;
  }
  lines.push(`  jobs: ${jobs} of ${agent.layout.limits.jobs}${fetchedNote(agent)}`);
  lines.push(...transactionLines(core));
  return lines.join('\n');
}

/** What idle workers brought back before the job that needs it was admitted. */
function fetchedNote(agent: Agent): string {
  const count = load(agent.words, H_FETCHED) >>> 0;
  return count === 0 ? '' : `; ${count} buffers fetched ahead of them`;
}

function heapLine(agent: Agent, name: string, heap: number): string {
  const { usedBytes, budgetBytes, peakBytes, largestFreeBytes, fragmentation } = heapStats(agent, heap);
  const kind = kindNames[load(agent.words, heapAt(agent, heap) + P_KIND)] ?? '';
  const [moved, evicted] = [countOf(agent, heap, TRACE_MOVED), countOf(agent, heap, TRACE_EVICTED)];
  const swappedIn = countOf(agent, heap, TRACE_SWAPPED_IN);
  const moves =
    moved + evicted + swappedIn === 0 ? '' : `, ${moved} moved, ${evicted} evicted, ${swappedIn} swapped in`;
  return (
    `  heap ${name}${kind}: ${usedBytes} of ${budgetBytes} bytes used, peak ${peakBytes}, ` +
    `largest free ${largestFreeBytes}, fragmentation ${fragmentation.toFixed(2)}${moves}`
  );
}

/** What a client has in use of its budget; nothing if it was closed meanwhile. */
function clientLines(agent: Agent, token: number): string[] {
  const stats = accountStats(agent, token);
  if (stats === undefined) return [];
  const { name, usedBytes, budgetBytes, peakBytes, priority } = stats;
  const of = budgetBytes === undefined ? 'bytes used, no budget of its own' : `of ${budgetBytes} bytes used`;
  return [`  client ${name}: ${usedBytes} ${of}, peak ${peakBytes}, priority ${priority}`];
}

/** By P_KIND; that agents address it is not worth a word. */
const kindNames: readonly string[] = ['', ' (swap)', ' (of a device)'];

/** The largest buffers that have memory, and why they cannot be moved. */
function bufferLines(core: Core): string[] {
  const { agent } = core;
  const placed: { buffer: number; block: number; bytes: number }[] = [];
  for (let buffer = 0; buffer < agent.layout.limits.buffers; buffer++) {
    const block = placementOf(agent, buffer);
    if (block < 0 || stateOf(load(agent.words, bufferAt(agent, buffer))) === FREE) continue;
    placed.push({ buffer, block, bytes: bufferSizeBytes(agent, buffer) });
  }
  placed.sort((a, b) => b.bytes - a.bytes);
  const lines = placed.slice(0, describedMax).map(({ buffer, block, bytes }) => {
    const kept = reasonsKept(core, buffer);
    const why = kept.length === 0 ? 'can be moved' : `cannot be moved: ${tellKept(kept)}`;
    const heap = core.heapNames[blockHeap(agent, block)] ?? `heap ${blockHeap(agent, block)}`;
    return `  buffer ${nameOfBuffer(core, buffer)}: ${bytes} bytes in ${heap}, ${why}`;
  });
  if (placed.length > describedMax) lines.push(`  and ${placed.length - describedMax} smaller buffers`);
  return lines;
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
    const isQueued = stateOf(load(agent.words, jobAt(agent, job))) !== FREE && isWaitingForTurn(loadPhase(agent, job));
    if (isQueued && isInTheWay(core, set, job)) waiting++;
  }
  const openMs = Math.round(now() - since);
  const who = waiting === 0 ? '' : `; ${waiting} ${waiting === 1 ? 'job waits' : 'jobs wait'} for its locks`;
  return `  transaction ${label}: open for ${openMs} ms, in run ${attempt}, holds ${held.join(', ') || 'nothing'}${who}`;
}

function openTicketsOf(agent: Agent, index: number): number {
  let open = 0;
  for (let id = index * ticketsPerAgent; id < (index + 1) * ticketsPerAgent - 1; id++) {
    if (isTicketOpen(agent, id)) open++;
  }
  return open;
}
