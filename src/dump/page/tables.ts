/** The tables of the page. Of what may be thousands, the first few hundred are shown, and the rest is summed up. */
import type { Kept } from '../../kept.ts';
import type { BufferDump, EventDump, MemoryDump, TransactionDump, WaitDump } from '../format.ts';
import { type Buffers, kindOfBuffer, nameOf } from './kinds.ts';
import { count, grouped, labelText, printBytes, printMs, safe } from './text.ts';

const rowsMax = 300;
const eventsMax = 200;
const listedMax = 6;
const reasonsMax = 4;

/** A column: its name, what stands in it, and how it looks. */
interface Column<T> {
  readonly head: string;
  readonly cell: (row: T) => string;
  readonly look?: 'n' | 'name' | 'why';
}

function table<T>(rows: readonly T[], columns: readonly Column<T>[], rest: string = ''): string {
  const look = ({ look: is }: Column<T>): string => (is === undefined ? '' : ` class="${is}"`);
  const head = columns.map((column) => `<th${look(column)}>${column.head}</th>`).join('');
  const body = rows
    .map((row) => `<tr>${columns.map((column) => `<td${look(column)}>${column.cell(row)}</td>`).join('')}</tr>`)
    .join('\n');
  const last = rest === '' ? '' : `<tr><td colspan="${columns.length}" class="soft">${rest}</td></tr>`;
  return `<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>${body}${last}</tbody></table></div>`;
}

export function bufferTable(dump: MemoryDump): string {
  const { buffers, submitted } = dump;
  if (buffers.length === 0) return '<p class="soft">There are none.</p>';
  const sorted = [...buffers].sort((a, b) => b.sizeBytes - a.sizeBytes);
  const shown = sorted.slice(0, rowsMax);
  const isOwned = buffers.some(({ client }) => client !== null);
  const columns: Column<BufferDump>[] = [
    { head: 'Buffer', cell: bufferName, look: 'name' },
    { head: 'Size', cell: ({ sizeBytes }) => printBytes(sizeBytes), look: 'n' },
    { head: 'Where', cell: whereText },
    { head: 'Can it be moved?', cell: whyText, look: 'why' },
    { head: 'Held by', cell: holders },
    ...(isOwned
      ? [{ head: 'Client', cell: ({ client }: BufferDump) => (client === null ? '' : labelText(client)) }]
      : []),
    { head: 'Last use', cell: (buffer) => lastUse(buffer, submitted), look: 'n' },
  ];
  return table(shown, columns, restOf(sorted.slice(rowsMax)));
}

function restOf(rest: readonly BufferDump[]): string {
  if (rest.length === 0) return '';
  const bytes = rest.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const kept = rest.filter((buffer) => kindOfBuffer(buffer) !== 'movable').length;
  return `and ${count(rest.length, 'smaller buffer')} with ${printBytes(bytes)}, ${grouped(kept)} of which cannot be moved`;
}

function bufferName(buffer: BufferDump): string {
  const { id, dtype, shape, contents, state } = buffer;
  const type = `${dtype ?? '?'}${shape === null ? '' : ` [${shape.join(', ')}]`}`;
  const facts = [`id ${id}`, type];
  if (contents !== 'good') facts.push(contents === 'failed' ? 'its last write failed' : 'nothing written');
  if (state === 'closed') facts.push('closed');
  return `${labelText(nameOf(buffer))}<small>${facts.map(safe).join(' · ')}</small>`;
}

function whereText({ heap, startBytes, heaps, priority, exported }: BufferDump): string {
  if (exported?.isForeign) return 'memory of its exporter';
  const at = heap === null ? 'no memory' : `${safe(heap)}<small>at ${grouped(startBytes ?? 0)}</small>`;
  const others =
    heaps.length === 1 && heaps[0] === heap ? '' : `<small>may be in ${heaps.map(safe).join(', ')}</small>`;
  return `${at}${others}${priority === 0 ? '' : `<small>priority ${priority}</small>`}`;
}

function holders({ heldBy, source, exported, importers }: BufferDump): string {
  const lines = [heldBy.length === 0 ? 'nobody' : agentsText(heldBy)];
  if (exported !== null) {
    const by = exported.agent === null ? 'who exported it is gone' : `exported by agent ${exported.agent}`;
    lines.push(`<small>${by}${exported.isRevoked ? ', revoked' : ''}</small>`);
  }
  for (const { agent, isDynamic } of importers.slice(0, listedMax)) {
    lines.push(`<small>imported by agent ${agent}${isDynamic ? '' : ', which keeps it in place'}</small>`);
  }
  if (importers.length > listedMax)
    lines.push(`<small>and ${grouped(importers.length - listedMax)} more importers</small>`);
  if (source !== null) lines.push(`<small>agent ${source} can fill it again</small>`);
  return lines.join('');
}

function agentsText(agents: readonly number[]): string {
  return agents.length === 0 ? '' : `agent${agents.length === 1 ? '' : 's'} ${agents.join(', ')}`;
}

function lastUse({ lastUse: order, contents }: BufferDump, submitted: number): string {
  // The first job has number 0.
  if (order === 0 && contents === 'unwritten') return '';
  const ago = (submitted - order) >>> 0;
  return submitted === 0 || ago > 2 ** 31 ? '' : ago === 1 ? 'last job' : `${grouped(ago)} jobs ago`;
}

function whyText(buffer: BufferDump): string {
  const kind = kindOfBuffer(buffer);
  if (buffer.exported?.isForeign && kind === 'movable') return '<i class="dot none"></i>by its exporter alone';
  if (buffer.heap === null && kind === 'movable') return '<i class="dot none"></i>nothing to move';
  if (kind === 'movable') return '<i class="dot movable"></i>yes';
  const { kept } = buffer;
  const lines = kept.slice(0, reasonsMax).map(keptText);
  if (kept.length > reasonsMax) lines.push(`<small>and ${grouped(kept.length - reasonsMax)} more</small>`);
  return `<i class="dot ${kind}"></i>${lines.join('')}`;
}

function keptText(kept: Kept, index: number): string {
  const start = index === 0 ? 'no: ' : '';
  if (kept.by === 'pin') return `<div>${start}pinned by agent ${kept.agent}</div>`;
  if (kept.by === 'lock') return `<div>${start}locked by agent ${kept.agent}, ticket ${kept.ticket}</div>`;
  const owed = kept.owed === '' ? '' : `<small>${safe(kept.owed)}</small>`;
  return `<div>${start}${kept.usage} fence ${labelText(kept.timeline)} ${kept.seqno}${owed}</div>`;
}

export function clientTable({ clients }: MemoryDump): string {
  return table(clients, [
    { head: 'Client', cell: ({ name }) => labelText(name), look: 'name' },
    { head: 'In use', cell: ({ usedBytes }) => printBytes(usedBytes), look: 'n' },
    {
      head: 'Budget',
      cell: ({ budgetBytes }) => (budgetBytes === null ? 'the space’s' : printBytes(budgetBytes)),
      look: 'n',
    },
    { head: 'Peak', cell: ({ peakBytes }) => printBytes(peakBytes), look: 'n' },
    { head: 'Priority', cell: ({ priority }) => String(priority), look: 'n' },
  ]);
}

export function jobTable({ jobs }: MemoryDump, buffers: Buffers): string {
  const rest = jobs.length > rowsMax ? `and ${count(jobs.length - rowsMax, 'later job')}` : '';
  const columns: Column<(typeof jobs)[number]>[] = [
    {
      head: 'Job',
      cell: ({ label, job, seqno }) => `${labelText(label)}<small>slot ${job}, ${seqno}</small>`,
      look: 'name',
    },
    { head: 'From', cell: ({ submitter }) => `agent ${submitter}` },
    { head: 'Is', cell: ({ phase, runners }) => `${phase}${runners.length === 0 ? '' : ` on ${agentsText(runners)}`}` },
    {
      head: 'Uses',
      cell: ({ uses }) => listed(uses.map(({ buffer, access }) => `${access} ${called(buffer, buffers)}`)),
    },
    { head: 'Waits for', cell: ({ waitsFor }) => listed(waitsFor.map((wait) => waitText(wait, buffers))), look: 'why' },
  ];
  return table(jobs.slice(0, rowsMax), columns, rest);
}

function waitText(wait: WaitDump, buffers: Buffers): string {
  switch (wait.for) {
    case 'memory':
      return `${printBytes(wait.bytes)} of heap ${labelText(wait.heap)}`;
    case 'lock':
      return `the lock of ${called(wait.buffer, buffers)}, which agent ${wait.agent} holds`;
    case 'room':
      return `room in the reservation of ${called(wait.buffer, buffers)}`;
    case 'turn':
      return 'its turn: earlier jobs are queued';
    case 'fence':
      return `${labelText(wait.timeline)} ${wait.seqno}${wait.owed === '' ? '' : `<small>${safe(wait.owed)}</small>`}`;
    case 'worker':
      return 'who runs it';
  }
}

export function transactionTable({ transactions }: MemoryDump, buffers: Buffers): string {
  const columns: Column<TransactionDump>[] = [
    {
      head: 'Ticket',
      cell: ({ label, ticket }) => `${label === null ? '' : `${labelText(label)} `}<small>ticket ${ticket}</small>`,
      look: 'name',
    },
    { head: 'Of', cell: ({ agent }) => `agent ${agent}` },
    { head: 'Open for', cell: ({ openMs }) => (openMs === null ? '' : printMs(openMs)), look: 'n' },
    { head: 'Run', cell: ({ attempt }) => (attempt === null ? '' : String(attempt)), look: 'n' },
    { head: 'Holds', cell: ({ holds, locks }) => holdsText(holds, locks, buffers) },
    {
      head: 'Waits for',
      cell: ({ waitsFor }) => (waitsFor === null ? '' : `the lock of ${called(waitsFor, buffers)}`),
    },
  ];
  return table(transactions, columns);
}

function holdsText(holds: readonly number[], locks: number, buffers: Buffers): string {
  const names = holds.map((id) => called(id, buffers));
  if (locks > 0) names.push(`${count(locks, 'lock')} of users`);
  return names.length === 0 ? 'nothing' : listed(names);
}

export function agentTable({ agents, agent, transactions, buffers }: MemoryDump): string {
  const held = (index: number): number => buffers.filter(({ heldBy }) => heldBy.includes(index)).length;
  const open = (index: number): number => transactions.filter((one) => one.agent === index).length;
  return table(agents, [
    {
      head: 'Agent',
      cell: (one) => `${one.agent}${one.agent === agent ? ' <small>that took the dump</small>' : ''}`,
      look: 'name',
    },
    { head: 'Is', cell: ({ state, isQuitting }) => `${state}${isQuitting ? ', told to stop' : ''}` },
    { head: 'Made by', cell: ({ parent }) => (parent === null ? '' : `agent ${parent}`) },
    { head: 'Holds', cell: (one) => count(held(one.agent), 'buffer'), look: 'n' },
    { head: 'Tickets open', cell: (one) => grouped(open(one.agent)), look: 'n' },
  ]);
}

export function eventTable(events: readonly EventDump[]): string {
  const shown = events.slice(-eventsMax).reverse();
  const rest = events.length > eventsMax ? `and ${count(events.length - eventsMax, 'earlier event')}` : '';
  const columns: Column<EventDump>[] = [
    { head: 'At', cell: ({ atMs }) => printMs(atMs), look: 'n' },
    { head: 'What', cell: ({ what }) => what },
    { head: 'Buffer', cell: ({ buffer, label }) => labelText(nameOf({ id: buffer, label })), look: 'name' },
    { head: 'Size', cell: ({ sizeBytes }) => printBytes(sizeBytes), look: 'n' },
    { head: 'Where', cell: placesText },
    { head: 'By', cell: ({ agent }) => `agent ${agent}` },
  ];
  return table(shown, columns, rest);
}

function placesText({ what, heap, from, startBytes }: EventDump): string {
  if (heap === null) return `${safe(from ?? '')} → dropped`;
  const at = `${safe(heap)} at ${grouped(startBytes)}`;
  if (what === 'freed') return at;
  return from === null || from === heap ? at : `${safe(from)} → ${at}`;
}

function called(id: number, buffers: Buffers): string {
  return labelText(nameOf(buffers.get(id) ?? { id, label: null }));
}

function listed(items: readonly string[]): string {
  const shown = items.slice(0, listedMax);
  if (items.length > listedMax) shown.push(`and ${grouped(items.length - listedMax)} more`);
  return shown.join('<br>');
}
