/**
 * What code sees of a buffer while it may touch it: a typed array, alive exactly as long as the job or mapping.
 *
 * A typed array that was kept from it cannot be revoked by any means that JavaScript has; `data` can, and throws.
 */

import type { Arrays, DType } from './base/dtype.ts';
import { arrayOver } from './base/dtype.ts';
import { fail } from './base/errors.ts';
import type { View } from './base/view.ts';

export class LiveView<D extends DType = DType, S extends readonly number[] = readonly number[]> implements View<D, S> {
  readonly shape: S;
  readonly byteOffset: number;
  #data: Arrays[D] | undefined;
  readonly #label: string;

  constructor(data: Arrays[D], shape: S, label: string) {
    this.#data = data;
    this.shape = shape;
    this.byteOffset = data.byteOffset;
    this.#label = label;
  }

  /** The elements. Throws EINVAL once the job or mapping has ended. */
  get data(): Arrays[D] {
    if (this.#data === undefined) {
      fail('EINVAL', `The view of '${this.#label}' is over: its job or mapping has ended.`, { argument: this.#label });
    }
    return this.#data;
  }

  /** From here on `data` throws. */
  end(): void {
    this.#data = undefined;
  }
}

/** A view over bytes of a heap. */
export function viewOver<D extends DType, S extends readonly number[]>(
  dtype: D,
  shape: S,
  bytes: Uint8Array,
  label: string,
): LiveView<D, S> {
  return new LiveView(arrayOver(dtype, bytes.buffer, bytes.byteOffset, lengthOf(shape)), shape, label);
}

/** Number of elements of a shape; 1 for a shape without dimensions. */
export function lengthOf(shape: readonly number[]): number {
  let length = 1;
  for (const dim of shape) length *= dim;
  return length;
}
