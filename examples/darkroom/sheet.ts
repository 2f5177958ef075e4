/**
 * The contact sheet: one row a photograph, one column a stage. Not a kernel: its pictures are already small.
 */
import type { Size } from '../bytes.ts';
import { drawText, fillBox, textSize } from './font.ts';

/** The stages in the order of the columns. */
export const stages = ['original', 'denoised', 'toned', 'sharpened', 'edges'] as const;

/** Pictures are scaled to fit this box. */
export const cell: Size = { width: 240, height: 180 };

/** A sheet is written and a new one begun after this many photographs, so that a long run needs no more memory. */
export const rowsMax = 24;

const gap = 16;
const header = 56;
const caption = 36;
const paper = [24, 24, 27] as const;
const frame = [63, 63, 70] as const;
const bright = [228, 228, 231] as const;
const dim = [161, 161, 170] as const;

/** A small picture of one stage, RGB or gray. */
export interface Picture {
  readonly pixels: Uint8Array;
  readonly size: Size;
  readonly channels: number;
}

/** All stages of one photograph. */
export interface SheetRow {
  readonly name: string;
  readonly pictures: readonly Picture[];
}

/** Scales a size to fit the box of a cell, never to nothing. */
export function fitInto({ width, height }: Size, box: Size): Size {
  const scale = Math.min(box.width / width, box.height / height);
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** Lays the rows out as one RGB image. */
export function layOut(rows: readonly SheetRow[]): { pixels: Uint8Array; size: Size } {
  const heights = rows.map(({ pictures }) => Math.max(...pictures.map(({ size }) => size.height)) + caption + gap);
  const size = {
    width: gap + stages.length * (cell.width + gap),
    height: header + heights.reduce((sum, height) => sum + height, 0),
  };
  const pixels = new Uint8Array(size.width * size.height * 3);
  fillBox(pixels, size, 0, 0, size.width, size.height, paper);
  drawHeader(pixels, size);
  let top = header;
  for (const [index, row] of rows.entries()) {
    drawRow(pixels, size, row, top);
    top += heights[index] ?? 0;
  }
  return { pixels, size };
}

function drawHeader(pixels: Uint8Array, size: Size): void {
  for (const [column, stage] of stages.entries()) {
    const left = gap + column * (cell.width + gap) + Math.floor((cell.width - textSize(stage, 2).width) / 2);
    drawText(pixels, size, stage, left, 20, 2, bright);
  }
}

function drawRow(pixels: Uint8Array, size: Size, { name, pictures }: SheetRow, top: number): void {
  for (const [column, picture] of pictures.entries()) {
    const left = gap + column * (cell.width + gap) + Math.floor((cell.width - picture.size.width) / 2);
    fillBox(pixels, size, left - 1, top - 1, picture.size.width + 2, picture.size.height + 2, frame);
    paste(pixels, size, picture, left, top);
  }
  const below = top + Math.max(...pictures.map((picture) => picture.size.height)) + 10;
  drawText(pixels, size, name, gap, below, 2, dim);
}

function paste(pixels: Uint8Array, { width }: Size, picture: Picture, left: number, top: number): void {
  const { pixels: from, size, channels } = picture;
  for (let y = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++) {
      const to = ((top + y) * width + left + x) * 3;
      const at = (y * size.width + x) * channels;
      for (let channel = 0; channel < 3; channel++)
        pixels[to + channel] = from[at + (channels === 3 ? channel : 0)] ?? 0;
    }
  }
}
