/** Compares two values as graphs: equal leaves, equal kinds, and the same sharing, so that cycles and common parts count. */
export function sameGraph(left: unknown, right: unknown): boolean {
  return same(left, right, new Map(), new Map());
}

function same(left: unknown, right: unknown, forth: Map<object, object>, back: Map<object, object>): boolean {
  if (!isObject(left) || !isObject(right)) return Object.is(left, right);
  if (forth.has(left) || back.has(right)) return forth.get(left) === right && back.get(right) === left;
  forth.set(left, right);
  back.set(right, left);
  const [ofLeft, ofRight] = [partsOf(left), partsOf(right)];
  if (Object.getPrototypeOf(left) !== Object.getPrototypeOf(right) || ofLeft.length !== ofRight.length) return false;
  return ofLeft.every((part, index) => same(part, ofRight[index], forth, back));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Everything that two objects of one class must agree on, in order. */
function partsOf(object: object): readonly unknown[] {
  if (object instanceof Map) return [...object].flat();
  if (object instanceof Set) return [...object];
  if (object instanceof Date) return [object.getTime()];
  if (object instanceof RegExp) return [object.source, object.flags];
  if (object instanceof ArrayBuffer) return [...new Uint8Array(object)];
  if (ArrayBuffer.isView(object)) return [...new Uint8Array(object.buffer, object.byteOffset, object.byteLength)];
  if (object instanceof Error) return [object.name, object.message, 'cause' in object, object.cause];
  const keys = Object.keys(object);
  const record = object as Readonly<Record<string, unknown>>;
  return [Array.isArray(object) ? object.length : keys.length, ...keys, ...keys.map((key) => record[key])];
}
