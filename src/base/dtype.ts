// The element types of buffers: their names, sizes, array constructors, and the numbers that stand for them in shared memory.
import { fail } from './errors.ts';

/**
 * What a view of each element type is in JavaScript. `f16` is bits, on every runtime: Node 20 and 22 have no Float16Array.
 */
export type Arrays = {
  u8: Uint8Array;
  i8: Int8Array;
  u16: Uint16Array;
  i16: Int16Array;
  u32: Uint32Array;
  i32: Int32Array;
  f16: Uint16Array;
  f32: Float32Array;
  f64: Float64Array;
  i64: BigInt64Array;
  u64: BigUint64Array;
};

export type DType = keyof Arrays;

/** Every element type, in the order of their numbers. */
export const dtypes: readonly DType[] = ['u8', 'i8', 'u16', 'i16', 'u32', 'i32', 'f16', 'f32', 'f64', 'i64', 'u64'];

/** Says whether this is the name of an element type. */
export function isDType(name: unknown): name is DType {
  return typeof name === 'string' && Object.hasOwn(constructors, name);
}

/** Bytes of one element. */
export function bytesPerElement(dtype: DType): number {
  return constructors[dtype].BYTES_PER_ELEMENT;
}

/**
 * A view of `length` elements at `byteOffset`, which must be a multiple of the element's size.
 * Outcomes: the view; RangeError of the engine if it does not lie inside the memory.
 */
export function arrayOver<D extends DType>(
  dtype: D,
  memory: ArrayBufferLike,
  byteOffset: number,
  length: number,
): Arrays[D] {
  return new constructors[dtype](memory, byteOffset, length);
}

/** A new, zeroed, unshared array of `length` elements. */
export function arrayOf<D extends DType>(dtype: D, length: number): Arrays[D] {
  return new constructors[dtype](length);
}

/** The number that stands for an element type in shared memory: positive, so that zero is never one. */
export function dtypeNumber(dtype: DType): number {
  return dtypes.indexOf(dtype) + 1;
}

/** The element type behind a number read from shared memory. Outcomes: the type; throws EINVAL for a number that is none. */
export function dtypeFromNumber(number: number): DType {
  return (
    dtypes[number - 1] ??
    fail('EINVAL', `The number of an element type (${number}) is not between 1 and ${dtypes.length}.`, {
      argument: 'dtype',
    })
  );
}

interface Constructor<A> {
  readonly name: string;
  readonly BYTES_PER_ELEMENT: number;
  new (length: number): A;
  new (memory: ArrayBufferLike, byteOffset: number, length: number): A;
}

const constructors: { readonly [D in DType]: Constructor<Arrays[D]> } = {
  u8: Uint8Array,
  i8: Int8Array,
  u16: Uint16Array,
  i16: Int16Array,
  u32: Uint32Array,
  i32: Int32Array,
  f16: Uint16Array,
  f32: Float32Array,
  f64: Float64Array,
  i64: BigInt64Array,
  u64: BigUint64Array,
};
