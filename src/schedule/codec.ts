// Carries plain data from one thread to another as bytes in shared memory: arguments, results and errors of jobs.
// What structuredClone copies, this copies, with the differences listed at `encode`. It knows nothing of jobs and takes no memory.
import { Decoder } from './codec-decoder.ts';
import { Encoder } from './codec-encoder.ts';

/**
 * Writes `value` into `into` from `offset` on.
 *
 * Travels: undefined, null, booleans, numbers (every bit that JavaScript can see), bigints, strings (lone surrogates too), plain
 * objects, arrays with holes, Map, Set, Date, RegExp, ArrayBuffer, typed arrays, DataView, errors (FencelineError stays one),
 * DOMException; cycles and shared references.
 * Other than structuredClone: a view carries its own elements, not the whole buffer below it, also when that is shared memory;
 * errors keep their name and code; named properties of arrays stay behind; instances of classes are refused, not stripped.
 *
 * Context: any thread; runs getters of `value`, which may call this again. Bytes from `offset` on are undefined if it does not fit.
 * @param into May be shared memory.
 * @param name What messages call the value.
 * Outcomes: the number of bytes written; or -1 - neededBytes if it does not fit, to call again with more room; throws EINVAL whose
 * `argument` is the path of what cannot travel (functions, symbols, instances of classes, SharedArrayBuffer) or nests too deep.
 */
export function encode(value: unknown, into: Uint8Array, offset: number, name = 'value'): number {
  const encoder = takeEncoder();
  try {
    return encoder.run(value, into, offset, name);
  } finally {
    encoder.forget();
    spare = encoder;
  }
}

/**
 * Writes whatever was thrown, and never refuses it: a thrown value that cannot travel becomes an Error that says what it was.
 * Outcomes: as `encode`, but never throws for the value's sake.
 */
export function encodeThrown(thrown: unknown, into: Uint8Array, offset: number): number {
  const encoder = takeEncoder();
  try {
    return encoder.runThrown(thrown, into, offset);
  } finally {
    encoder.forget();
    spare = encoder;
  }
}

/**
 * Reads what `encode` wrote: exactly `length` bytes from `offset` on.
 *
 * Context: any thread. The bytes are not trusted: whatever they are, it ends, and takes memory in proportion to them.
 * Outcomes: a copy of the value; throws EINVAL if the bytes are not one whole value.
 */
export function decode(bytes: Uint8Array, offset: number, length: number): unknown {
  return new Decoder(bytes, offset, length).run();
}

/** Kept between calls, because making one costs more than a small value. A getter that calls encode finds none and makes its own. */
let spare: Encoder | undefined;

function takeEncoder(): Encoder {
  const encoder = spare ?? new Encoder();
  spare = undefined;
  return encoder;
}
