/** Whether we answered as the kernel did, and where not. */
import type { Fields, Json, Operation } from './trace.ts';

/** One operation that went otherwise than recorded. */
export interface Difference {
  readonly operation: Operation;
  readonly actual: Fields;
}

/** Whether two values are the same, whatever the order of their keys. */
export function isSame(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const [left, right] = [Object.entries(a), Object.entries(b)];
  if (Array.isArray(a) !== Array.isArray(b) || left.length !== right.length) return false;
  const other = b as Fields;
  return left.every(([key, value]) => Object.hasOwn(other, key) && isSame(value as Json, other[key]));
}

/** Where what we answered is not what was recorded. */
export function differenceOf(operation: Operation, actual: Fields): Difference | undefined {
  const expected = withoutNothing(operation.expected);
  return isSame(expected, withoutNothing(actual)) ? undefined : { operation, actual };
}

/** Inside the kernel lists are sets, and of the events only callbacks count. */
export function asKernelCall(fields: Fields): Fields {
  const { list, ev, ...rest } = fields;
  const events = Array.isArray(ev) ? ev.filter((event) => /^cb\d+$/.test(String(event))) : [];
  return {
    ...rest,
    ...(Array.isArray(list) ? { list: [...new Set(list)].sort() } : {}),
    ...(events.length > 0 ? { ev: events.sort() } : {}),
  };
}

/** No event and an empty list of events are the same. */
function withoutNothing(fields: Fields): Fields {
  const { ev, ...rest } = fields;
  return Array.isArray(ev) && ev.length > 0 ? fields : rest;
}
