/**
 * A call of a kernel as bytes: what the submitter writes into the job's slot and the worker reads.
 */
import type { DType } from './base/dtype.ts';
import { dtypeFromNumber, dtypeNumber } from './base/dtype.ts';
import { decode, encode } from './schedule/codec.ts';

/** One buffer argument: the part of which buffer, as what. */
export interface CallUse {
  readonly buffer: number;
  /** First element in the buffer. */
  readonly offset: number;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly label: string;
}

export interface CallRecord {
  readonly label: string;
  readonly kernel: string;
  readonly plain: readonly unknown[];
  readonly uses: readonly CallUse[];
}

type Wire = [
  label: string,
  kernel: string,
  plain: readonly unknown[],
  numbers: readonly number[],
  labels: readonly string[],
];

let scratch: Uint8Array = new Uint8Array(4096);

/** Outcomes: the bytes, valid until the next call; throws EINVAL naming what cannot travel. */
export function encodeCall({ label, kernel, plain, uses }: CallRecord): Uint8Array {
  const numbers: number[] = [];
  const labels: string[] = [];
  for (const { buffer, offset, dtype, shape, label: name } of uses) {
    numbers.push(buffer, offset, dtypeNumber(dtype), shape.length, ...shape);
    labels.push(name);
  }
  const wire: Wire = [label, kernel, plain, numbers, labels];
  return encodeScratch(wire);
}

/** Any plain data as bytes, valid until the next call. Outcomes: also throws EINVAL. */
export function encodeScratch(value: unknown): Uint8Array {
  let length = encode(value, scratch, 0);
  if (length < 0) {
    scratch = new Uint8Array(-1 - length);
    length = encode(value, scratch, 0);
  }
  return scratch.subarray(0, length);
}

export function decodeCall(bytes: Uint8Array): CallRecord {
  // What the submitter wrote above; the codec has checked that the bytes are one whole value.
  const [label, kernel, plain, numbers, labels] = decode(bytes, 0, bytes.length) as Wire;
  const uses: CallUse[] = [];
  let at = 0;
  for (const name of labels) {
    const [buffer = 0, offset = 0, dtype = 0, rank = 0] = numbers.slice(at, at + 4);
    uses.push({
      buffer,
      offset,
      dtype: dtypeFromNumber(dtype),
      shape: numbers.slice(at + 4, at + 4 + rank),
      label: name,
    });
    at += 4 + rank;
  }
  return { label, kernel, plain, uses };
}
