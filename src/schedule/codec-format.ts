// The format of encoded values: one tag byte, then what the tag says. Internal to one machine and one version of the library:
// numbers are in the machine's byte order, so this is no file format.
//
// Objects are numbered in the order in which their tags appear, leaves included; `ref` names an earlier one. That is what makes
// cycles and shared references survive, and both sides must count alike.

/** Tags below `shortString`. What follows each is in the comment; "value" is an encoded value, "n" a varint. */
export const tags = {
  end: 0, // ends an object, map or set
  undefined: 1,
  null: 2,
  false: 3,
  true: 4,
  int16: 5, // 2 bytes
  int32: 6, // 4 bytes
  float64: 7, // 8 bytes
  bigint64: 8, // 8 bytes
  bigintPlus: 9, // n, n bytes of magnitude, highest first
  bigintMinus: 10, // the same
  ascii: 11, // n, n bytes
  utf8: 12, // n, n bytes
  utf16: 13, // n, 2 n bytes; only for strings with a lone surrogate
  ref: 14, // n: the number of an earlier object
  object: 15, // (string, value)*, end
  array: 16, // n, then n values; `holes` may stand where a value is missing and ends the array
  holes: 17, // n, then n pairs of index (n) and value
  map: 18, // (value, value)*, end
  set: 19, // value*, end
  date: 20, // 8 bytes
  regexp: 21, // string, string
  arrayBuffer: 22, // n, n bytes
  view: 23, // kind (1 byte), n, n bytes
  error: 24, // name, message, stack, code, cause: values
  fencelineError: 25, // code, message, stack, details, cause: values
  domException: 26, // name, message: strings
  noCause: 27, // in the place of a cause
} as const;

/** Tags from here on are ASCII strings of 0 to 63 characters. */
export const shortString = 0x40;
export const shortStringMax = 63;
/** Tags from here on are integers, from `smallIntMin` on. */
export const smallInt = 0x80;
export const smallIntMin = -16;
export const smallIntMax: number = smallIntMin + 0x7f;

/** A value that nests deeper is refused on both sides: recursion must end before the stack does. */
export const depthMax = 1000;

/** The views that travel, in the order of their numbers in the format. */
export const viewKinds: readonly ViewKind[] = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
].map((array) => ({ name: array.name, elementBytes: array.BYTES_PER_ELEMENT, over: (buffer) => new array(buffer) }));

export interface ViewKind {
  readonly name: string;
  readonly elementBytes: number;
  over(buffer: ArrayBuffer): ArrayBufferView;
}

/** Comes after the typed arrays: a DataView. */
export const dataViewKind: number = viewKinds.length;

/** Eight bytes seen as every number that is written, to move it in and out without a DataView of the target. */
export const scratchBytes: Uint8Array = new Uint8Array(8);
export const scratchFloat: Float64Array = new Float64Array(scratchBytes.buffer);
export const scratchInt: Int32Array = new Int32Array(scratchBytes.buffer);
export const scratchBigint: BigInt64Array = new BigInt64Array(scratchBytes.buffer);
