// What code sees of a buffer while it may touch it: types only. Who may look, and for how long, is decided elsewhere.
import type { Arrays, DType } from './dtype.ts';

/** `write`: all of it is replaced, old contents are not needed. `update`: changed in place. */
export type Access = 'read' | 'write' | 'update';

/** A shape as it is declared: a dimension is a number, or a name; equal names must be equal numbers within one job. */
export type Pattern = readonly (number | string)[];

/** A pattern with its names replaced by numbers: `Sized<['height', 'width', 4]>` is `[number, number, 4]`. */
export type Sized<P extends Pattern> = { readonly [I in keyof P]: P[I] extends number ? P[I] : number };

/** A real typed array plus its shape. Dead (`data` throws) once the job or mapping that gave it has ended. */
export interface View<D extends DType = DType, S extends readonly number[] = readonly number[]> {
  readonly data: Arrays[D];
  readonly shape: S;
  readonly byteOffset: number;
}

/** A view without writers: the compiler refuses to store through it. */
export interface ReadView<D extends DType = DType, S extends readonly number[] = readonly number[]>
  extends Omit<View<D, S>, 'data'> {
  readonly data: ReadonlyData<Arrays[D]>;
}

/** A typed array without whatever could change it. To hand it to a library that only reads, cast it to the array it is. */
export type ReadonlyData<A> = Omit<
  A,
  'set' | 'fill' | 'copyWithin' | 'reverse' | 'sort' | 'buffer' | 'subarray' | number
> & {
  readonly [i: number]: A extends { [i: number]: infer E } ? E : never;
  subarray(from?: number, to?: number): ReadonlyData<A>;
};
