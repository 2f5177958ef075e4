/**
 * A memory dump as one page: a picture of each heap, of what moved, and tables. Nothing is loaded, and no script runs.
 *
 * Not here: taking a dump (take.ts), checking one that was read (check.ts).
 */

import { fail } from '../../base/errors.ts';
import { dateAt } from '../../cells/date.ts';
import { whyNotDump } from '../check.ts';
import type { HeapDump, HistoryDump, MemoryDump } from '../format.ts';
import { heapMap, spanOf } from './heap-map.ts';
import { type Buffers, buffersById, kindOfBuffer, kinds, kindWords } from './kinds.ts';
import { style } from './style.ts';
import { agentTable, bufferTable, clientTable, eventTable, jobTable, transactionTable } from './tables.ts';
import { count, grouped, labelText, printBytes, printMs, safe, short } from './text.ts';
import { timeMaps } from './time-map.ts';

/**
 * Draws a dump as an HTML document of one file: heaps by address, what moved when, buffers and why they stay, jobs and what they
 * wait for. Context: any; it touches no space, so the dump may come from another process, checked or not.
 * Outcomes: the document; throws EINVAL if it is no dump of this version.
 */
export function drawMemory(dump: MemoryDump): string {
  const why = whyNotDump(dump);
  if (why !== undefined) fail('EINVAL', `The memory dump cannot be drawn. ${why}`, { argument: 'dump' });
  const buffers = buffersById(dump);
  const title = `Memory of space ${dump.space}`;
  const taken = dateAt(dump.takenAtMs).toISOString().replace('T', ' ').replace(/\..*/, ' UTC');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${style}</style>
</head>
<body><main>
<h1>${title}</h1>
<p class="soft">Taken ${taken} by agent ${dump.agent}, ${printMs(dump.ageMs)} after it was made${dump.isShared ? '' : ', on one thread only'}.</p>
${tiles(dump)}
<h2>Heaps</h2>
${hatch}${legend()}
${dump.heaps.map((heap) => heapCard(heap, buffers)).join('\n')}
${dump.history === null ? '' : historySection(dump, dump.history)}
<h2>Buffers</h2>
${bufferTable(dump)}
${section('Clients', dump.clients.length, () => clientTable(dump))}
${section('Jobs under way', dump.jobs.length, () => jobTable(dump, buffers))}
${section('Open transactions', dump.transactions.length, () => transactionTable(dump, buffers))}
${section('Agents', dump.agents.length, () => agentTable(dump))}
<footer>Each heap, buffer and job is shown as it was when it was looked at. Others went on meanwhile, so two of them need not be of the
same moment.</footer>
</main></body>
</html>
`;
}

/** Free memory, where it is drawn. */
const hatch =
  '<svg width="0" height="0" style="position:absolute" aria-hidden="true"><defs><pattern id="hatch" width="6" height="6" ' +
  'patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" style="fill:var(--free)"/>' +
  '<rect width="1.5" height="6" style="fill:var(--hatch)"/></pattern></defs></svg>';

function tiles({ heaps, buffers, jobs }: MemoryDump): string {
  const sum = (pick: (heap: HeapDump) => number): number => heaps.reduce((total, heap) => total + pick(heap), 0);
  const [main] = heaps;
  const stuck = buffers.filter((buffer) => kindOfBuffer(buffer) !== 'movable').length;
  const queued = jobs.filter(({ phase }) => phase === 'queued').length;
  const moves = sum(({ counts }) => counts.moved + counts.swappedIn + counts.evicted);
  const evictions = sum(({ counts }) => counts.evicted);
  const shown: readonly (readonly [string, string])[] = [
    [printBytes(main?.usedBytes ?? 0), `in use of ${printBytes(main?.budgetBytes ?? 0)} (${safe(main?.name ?? '')})`],
    [printBytes(main?.peakBytes ?? 0), 'at the peak'],
    [grouped(buffers.length), `buffers, ${grouped(stuck)} of which cannot be moved`],
    [grouped(jobs.length), `jobs under way, ${grouped(queued)} queued`],
    [grouped(moves), `moves, ${grouped(evictions)} of them evictions`],
  ];
  return `<div class="tiles">${shown.map(([figure, words]) => `<div class="tile"><b>${figure}</b><span>${words}</span></div>`).join('')}</div>`;
}

function legend(): string {
  return `<ul class="legend">${kinds.map((kind) => `<li><i class="${kind}"></i>${kindWords[kind]}</li>`).join('')}</ul>`;
}

function heapCard(heap: HeapDump, buffers: Buffers): string {
  const { name, kind, usedBytes, budgetBytes, isWhole } = heap;
  const badge = kind === 'memory' ? '' : `<span class="badge">${kind}</span>`;
  const torn = isWhole ? '' : '<span class="badge warn">changed while it was read</span>';
  const use = `${printBytes(usedBytes)} of ${printBytes(budgetBytes)} in use`;
  const head = `<div class="head"><h3>${labelText(name)}</h3>${badge}<span class="soft">${use}</span>${torn}</div>`;
  return `<section class="card">${head}${meter(heap)}${heapMap(heap, buffers)}<p class="facts">${factsOf(heap).join(' · ')}</p></section>`;
}

/** In use, with the peak, against the budget. */
function meter({ usedBytes, budgetBytes, peakBytes }: HeapDump): string {
  const top = Math.max(budgetBytes, usedBytes, peakBytes, 1);
  const percent = (bytes: number): string => `${short((bytes / top) * 100)}%`;
  const over =
    usedBytes > budgetBytes
      ? `<rect class="over" x="${percent(budgetBytes)}" width="${percent(usedBytes - budgetBytes)}" height="8"/>`
      : '';
  const peak =
    peakBytes === 0
      ? ''
      : `<rect class="peak" x="${percent(Math.max(0, peakBytes - top * 0.003))}" width="0.3%" height="8"><title>peak: ${printBytes(peakBytes)}</title></rect>`;
  const fill = `<rect class="fill" width="${percent(Math.min(usedBytes, budgetBytes))}" height="8"/>`;
  return `<svg class="meter" role="img" aria-label="${printBytes(usedBytes)} of ${printBytes(budgetBytes)}" width="100%" height="8"><rect class="rail" width="100%" height="8"/>${fill}${over}${peak}</svg>`;
}

function factsOf(heap: HeapDump): readonly string[] {
  const { blocks, capacityBytes, peakBytes, largestFreeBytes, fragmentation, counts } = heap;
  const free = blocks.filter(({ state }) => state === 'free');
  const facts = [
    `peak ${printBytes(peakBytes)}`,
    `${count(blocks.length - free.length, 'block')} in use`,
    `${count(free.length, 'free piece')}, the largest ${printBytes(largestFreeBytes)}`,
    `fragmentation ${Math.round(fragmentation * 100)} %`,
  ];
  const span = spanOf(heap);
  if (capacityBytes > span) facts.push(`${printBytes(capacityBytes - span)} of addresses behind the picture are free`);
  for (const [words, number] of [
    ['placed', counts.placed],
    ['moved in', counts.moved],
    ['evicted', counts.evicted],
    ['swapped in', counts.swappedIn],
    ['freed', counts.freed],
  ] as const) {
    if (number > 0) facts.push(`${grouped(number)} ${words}`);
  }
  return facts;
}

function historySection(dump: MemoryDump, history: HistoryDump): string {
  const { events, lost } = history;
  const gone = lost === 0 ? '' : ` ${count(lost, 'earlier event')} of all kinds had been overwritten.`;
  const marks =
    '<ul class="legend"><li><i class="movable"></i>a buffer, where and as long as it was there</li><li><i class="went"></i>it was moved away</li><li><i class="gone"></i>it was evicted</li></ul>';
  const latest =
    events.length === 0
      ? ''
      : `<details><summary>The latest events, one by one</summary>${eventTable(events)}</details>`;
  return `<h2>What moved</h2><p class="soft">${count(events.length, 'event')}.${gone}</p>${marks}<div class="card">${timeMaps(dump, history)}</div>${latest}`;
}

function section(title: string, size: number, content: () => string): string {
  return size === 0 ? '' : `<h2>${title}</h2>\n${content()}`;
}
