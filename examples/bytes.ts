/**
 * What the row functions of the examples read and write.
 *
 * They are written against this and not against Uint8Array, so that a kernel can hand over its read views (which have
 * no writers) without a cast, and a test can hand over plain arrays.
 *
 * Why these files say `bytes[at]!`: every index is made from a row below the height and a column below the width, or is
 * clamped to them, and the lengths follow from the same width and height, because kernels declare their shapes.
 */
export type ReadBytes = { readonly [index: number]: number; readonly length: number };

/** Rows `from` up to (not including) `from + count` of an image: the part of a split job, or all of it. */
export interface Rows {
  readonly from: number;
  readonly count: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}
