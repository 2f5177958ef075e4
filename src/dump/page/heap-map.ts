/**
 * The picture of a heap: its addresses from left to right, row after row, with what is where.
 *
 * Blocks too narrow to be seen are drawn together, as one column whose parts say how much of it is what: ten thousand blocks stay
 * a picture of some kilobytes, and free memory between them stays visible. Positions are percentages, so that the page
 * may have any width while text keeps its size.
 */
import type { HeapDump } from '../format.ts';
import { type Buffers, type Kind, kindOfBlock, kinds, kindWords, nameOf } from './kinds.ts';
import { count, printBytes, safe, short } from './text.ts';

const blocksPerRow = 100;
const rowsMax = 12;
const rowHeight = 34;
const rowGap = 5;
/** Narrower blocks are drawn together, until they are as wide as this, in percent of a row. */
const columnPercent = 0.4;
/** Narrower ones get no label. */
const labelPercent = 7;

interface Piece {
  readonly from: number;
  readonly to: number;
  readonly kind: Kind;
  readonly name: string;
  readonly title: string;
}

/** Addresses that are drawn: up to a little behind the last block in use. How much more is free is told in words. */
export function spanOf({ capacityBytes, budgetBytes, blocks }: HeapDump): number {
  const last = blocks.findLast(({ state }) => state !== 'free');
  const end = last === undefined ? 0 : last.startBytes + last.sizeBytes;
  const least = Math.min(budgetBytes, capacityBytes);
  return Math.max(end === 0 ? least : Math.min(end * 1.15, Math.max(end, least)), 1);
}

export function heapMap(heap: HeapDump, buffers: Buffers): string {
  const span = spanOf(heap);
  const pieces = piecesOf(heap, buffers, span);
  const rows = Math.min(rowsMax, Math.max(1, Math.ceil(pieces.length / blocksPerRow)));
  const drawn: string[] = [];
  for (let row = 0; row < rows; row++) {
    const [from, to] = [(span * row) / rows, (span * (row + 1)) / rows];
    drawn.push(drawRow(pieces, from, to, row * (rowHeight + rowGap)));
  }
  const height = rows * (rowHeight + rowGap) - rowGap;
  const label = `Addresses of heap ${heap.name}: ${count(pieces.length, 'piece')}`;
  return `<svg class="map" role="img" aria-label="${safe(label)}" width="100%" height="${height}">${drawn.join('')}</svg>`;
}

function piecesOf({ blocks }: HeapDump, buffers: Buffers, span: number): readonly Piece[] {
  const pieces: Piece[] = [];
  for (const block of blocks) {
    if (block.startBytes >= span) break;
    const owner = block.buffer === null ? undefined : buffers.get(block.buffer);
    const kind = kindOfBlock(block, buffers);
    const name = owner === undefined ? '' : nameOf(owner);
    const at = `at ${block.startBytes}`;
    const title = `${name === '' ? '' : `${name}: `}${printBytes(block.sizeBytes)} ${at}, ${kindWords[kind]}`;
    pieces.push({ from: block.startBytes, to: block.startBytes + block.sizeBytes, kind, name, title });
  }
  return pieces;
}

/** What of the pieces lies in one row, from address `from` to `to`. */
function drawRow(pieces: readonly Piece[], from: number, to: number, y: number): string {
  const scale = 100 / (to - from);
  const drawn = [`<rect class="free" x="0" y="${y}" width="100%" height="${rowHeight}"/>`];
  let small: Piece[] = [];
  const flush = (): void => {
    if (small.length > 0) drawn.push(drawColumn(small, from, scale, y));
    small = [];
  };
  for (const piece of pieces) {
    if (piece.to <= from || piece.from >= to) continue;
    const part = { ...piece, from: Math.max(piece.from, from), to: Math.min(piece.to, to) };
    if ((part.to - part.from) * scale >= columnPercent) {
      flush();
      drawn.push(drawPiece(part, from, scale, y));
      continue;
    }
    small.push(part);
    const first = small[0] ?? part;
    if ((part.to - first.from) * scale >= columnPercent) flush();
  }
  flush();
  return drawn.join('');
}

function drawPiece({ from, to, kind, name, title }: Piece, rowFrom: number, scale: number, y: number): string {
  const [x, width] = [(from - rowFrom) * scale, (to - from) * scale];
  const place = `x="${short(x)}%" y="${y}" width="${short(width)}%" height="${rowHeight}"`;
  const tip = `<title>${safe(title)}</title>`;
  const block = `<rect class="block ${kind}" ${place}>${tip}</rect>`;
  if (name === '' || width < labelPercent) return block;
  // An inner picture cuts off what does not fit.
  const text = `<text class="${kind}" x="7" y="${rowHeight / 2 + 4}">${safe(name)}</text>`;
  return `${block}<svg class="name" ${place}>${tip}${text}</svg>`;
}

/** Several pieces as one column, from the floor up: as high as their share of it. */
function drawColumn(pieces: readonly Piece[], rowFrom: number, scale: number, y: number): string {
  // Of at least one.
  const [first, last] = [pieces[0] as Piece, pieces[pieces.length - 1] as Piece];
  const [x, width] = [(first.from - rowFrom) * scale, Math.max((last.to - first.from) * scale, columnPercent / 4)];
  const bytes = last.to - first.from;
  const parts: string[] = [];
  const words: string[] = [];
  let floor = y + rowHeight;
  for (const kind of kinds) {
    const ofKind = pieces.filter((piece) => piece.kind === kind);
    if (ofKind.length === 0) continue;
    words.push(`${ofKind.length} ${kindWords[kind]}`);
    const share = ofKind.reduce((sum, piece) => sum + piece.to - piece.from, 0) / bytes;
    if (kind === 'free') continue;
    const height = rowHeight * share;
    floor -= height;
    const place = `x="${short(x)}%" y="${short(floor)}" width="${short(width)}%" height="${short(height)}"`;
    parts.push(`<rect class="${kind}" ${place}/>`);
  }
  const title = `${count(pieces.length, 'piece')}, ${printBytes(bytes)} at ${first.from}: ${words.join(', ')}`;
  return `<g><title>${safe(title)}</title>${parts.join('')}</g>`;
}
