/**
 * The picture of what moved: for each heap, time from left to right and addresses from top to bottom, so that a buffer is a
 * bar from where it came to where it went; below it, how much of the heap was in use.
 *
 * Where there are too many bars for a page, they are drawn as a grid: each cell as strong as it was full.
 */
import type { HeapDump, HistoryDump, MemoryDump } from '../format.ts';
import { spanOf } from './heap-map.ts';
import { type Stay, staysIn, usageOf, type Window } from './stays.ts';
import { count, printBytes, printMs, safe, short } from './text.ts';

const [width, height, usageHeight] = [1000, 180, 56];
/** More bars than this become a grid of so many columns and rows. */
const barsMax = 1500;
const [columns, rows] = [200, 60];
/** How many strengths a cell may have. */
const shades = 8;
/** Of moves in a grid, the largest are marked. */
const marksMax = 500;

/** From milliseconds and bytes to the picture. */
interface Scale {
  readonly x: (ms: number) => number;
  readonly y: (bytes: number) => number;
}

export function timeMaps(dump: MemoryDump, history: HistoryDump): string {
  const [first] = history.events;
  if (first === undefined)
    return '<p class="soft">No buffer was given memory, moved or freed while events were kept.</p>';
  const toMs = Math.max(dump.ageMs, history.events.at(-1)?.atMs ?? 0);
  const window = { events: history.events, fromMs: Math.min(first.atMs, toMs - 0.001), toMs };
  const pictures = dump.heaps.map((heap) => timeMap(heap, dump, window));
  const ends = `<span>${printMs(window.fromMs)}</span><span>${printMs(toMs)} after the space was made</span>`;
  return `${pictures.join('')}<div class="axis">${ends}</div>`;
}

function timeMap(heap: HeapDump, dump: MemoryDump, window: Window): string {
  const stays = staysIn(heap, dump, window);
  if (stays.length === 0) return '';
  let span = spanOf(heap);
  for (const { startBytes, sizeBytes } of stays) span = Math.max(span, startBytes + sizeBytes);
  const x = (ms: number): number => ((ms - window.fromMs) / (window.toMs - window.fromMs)) * width;
  const scale = { x, y: (bytes: number): number => (bytes / span) * height };
  const isGrid = stays.length > barsMax;
  const content = isGrid ? drawGrid(stays, scale) : stays.map((stay) => drawBar(stay, scale)).join('');
  const how = isGrid ? `; ${count(stays.length, 'stay')} of buffers, the fuller the stronger` : '';
  const caption = `<b>${safe(heap.name)}</b> <span class="soft">addresses up to ${printBytes(span)}${how}</span>`;
  const what = picture('time', `What was where in heap ${heap.name}`, height, content);
  return `<figure><figcaption>${caption}</figcaption>${what}${drawUsage(heap, window, x)}</figure>`;
}

function picture(name: string, label: string, high: number, content: string): string {
  const box = `viewBox="0 0 ${width} ${high}" preserveAspectRatio="none"`;
  return `<svg class="${name}" role="img" aria-label="${safe(label)}" ${box} width="100%" height="${high}">${content}</svg>`;
}

function drawBar(stay: Stay, { x, y }: Scale): string {
  const { name, startBytes, sizeBytes, fromMs, toMs, end } = stay;
  const [left, top] = [x(fromMs), y(startBytes)];
  const wide = Math.max(x(toMs) - left, 0.6);
  // A line of daylight between neighbours, where there is room for one.
  const high = y(sizeBytes);
  const how = end === undefined ? 'and still there' : end;
  const title = `${name}: ${printBytes(sizeBytes)} at ${startBytes}, ${printMs(fromMs)} to ${printMs(toMs)}, ${how}`;
  const place = `y="${short(top)}" height="${short(high > 3 ? high - 0.8 : Math.max(high, 0.7))}"`;
  const bar = `<rect class="stay" x="${short(left)}" width="${short(wide)}" ${place}/>`;
  return `<g><title>${safe(title)}</title>${bar}${drawEnd(stay, { x, y })}</g>`;
}

/** Where a stay ended because the buffer went elsewhere. */
function drawEnd({ startBytes, sizeBytes, toMs, end }: Stay, { x, y }: Scale): string {
  if (end !== 'moved' && end !== 'evicted' && end !== 'swapped in') return '';
  const place = `x="${short(x(toMs) - 2)}" width="3" y="${short(y(startBytes))}" height="${short(Math.max(y(sizeBytes), 2))}"`;
  return `<rect class="${end === 'evicted' ? 'gone' : 'went'}" ${place}/>`;
}

/** How full each cell was, as runs of cells of the same strength; and the ends of the largest stays. */
function drawGrid(stays: readonly Stay[], { x, y }: Scale): string {
  const [wide, high] = [width / columns, height / rows];
  const full = new Float64Array(columns * rows);
  for (const { fromMs, toMs, startBytes, sizeBytes } of stays) {
    const [left, right] = [x(fromMs) / wide, x(toMs) / wide];
    const [top, bottom] = [y(startBytes) / high, y(startBytes + sizeBytes) / high];
    for (let row = Math.floor(top); row < Math.min(bottom, rows); row++) {
      const part = Math.min(bottom, row + 1) - Math.max(top, row);
      for (let column = Math.floor(left); column < Math.min(right, columns); column++) {
        const at = row * columns + column;
        // Within the grid.
        full[at] = (full[at] as number) + part * (Math.min(right, column + 1) - Math.max(left, column));
      }
    }
  }
  const drawn: string[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0, to = 0; column < columns; column = to) {
      const shade = shadeOf(full[row * columns + column]);
      to = column + 1;
      while (to < columns && shadeOf(full[row * columns + to]) === shade) to++;
      if (shade === 0) continue;
      const place = `x="${short(column * wide)}" y="${short(row * high)}" width="${short((to - column) * wide)}" height="${high}"`;
      drawn.push(`<rect class="stay" opacity="${short(shade / shades)}" ${place}/>`);
    }
  }
  const marked = [...stays].sort((a, b) => b.sizeBytes - a.sizeBytes).slice(0, marksMax);
  return drawn.join('') + marked.map((stay) => drawEnd(stay, { x, y })).join('');
}

function shadeOf(fullness: number = 0): number {
  return Math.min(shades, Math.ceil(fullness * shades - 0.01));
}

function drawUsage(heap: HeapDump, window: Window, x: Scale['x']): string {
  const steps = usageOf(heap, window);
  let top = Math.max(heap.budgetBytes, 1);
  for (const { usedBytes } of steps) top = Math.max(top, usedBytes);
  const y = (bytes: number): string => short(usageHeight - (bytes / top) * (usageHeight - 2));
  const points = thinned(steps.map(({ atMs, usedBytes }) => `${short(x(atMs))},${y(usedBytes)}`));
  const area = `<polygon class="usage" points="0,${usageHeight} ${points.join(' ')} ${width},${usageHeight}"/>`;
  const budget = y(heap.budgetBytes);
  const line = `<line class="budget" x1="0" x2="${width}" y1="${budget}" y2="${budget}"/>`;
  return picture('used', `Bytes of heap ${heap.name} in use`, usageHeight, area + line);
}

/** Without repetitions, and of very many points some. */
function thinned(points: readonly string[]): readonly string[] {
  const different = points.filter((point, index) => point !== points[index - 1]);
  const every = Math.ceil(different.length / 4000);
  return different.filter((_, index) => index % every === 0 || index === different.length - 1);
}
