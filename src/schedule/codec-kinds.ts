// Tells what an object is, by what the engine made it and not by what it claims: prototypes and tags can be set by anyone.
import { isDate } from '../cells/date.ts';
import { dataViewKind, viewKinds } from './codec-format.ts';

export type ObjectKind =
  | 'plain'
  | 'view'
  | 'map'
  | 'set'
  | 'date'
  | 'regexp'
  | 'arrayBuffer'
  | 'domException'
  | 'error'
  | 'other';

/** Says whether an object with this prototype is plain. Other realms have an Object.prototype of their own. */
export function isPlain(prototype: unknown): boolean {
  if (prototype === Object.prototype || prototype === null) return true;
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, 'isPrototypeOf');
}

/** The kind of an object that is not an array. Subclasses of built-in classes count as what they extend, as in structuredClone. */
export function kindOfObject(object: object): ObjectKind {
  if (isPlain(Object.getPrototypeOf(object))) return 'plain';
  if (ArrayBuffer.isView(object)) return 'view';
  if (object instanceof Error || Object.prototype.toString.call(object) === '[object Error]') {
    return typeof DOMException === 'function' && object instanceof DOMException ? 'domException' : 'error';
  }
  for (const [kind, probe] of probes) if (isMadeBy(probe, object)) return kind;
  return isDate(object) ? 'date' : 'other';
}

/** The number of a view's kind in the format, or -1 for views that this version does not know. */
export function kindOfView(view: ArrayBufferView): number {
  const name: unknown = typedArrayName?.call(view as never);
  return name === undefined ? dataViewKind : viewKinds.findIndex((kind) => kind.name === name);
}

/** Reads an internal slot that only the real thing has; throws TypeError on everything else. */
type Probe = (this: never) => unknown;

const probes: readonly (readonly [ObjectKind, Probe | undefined])[] = [
  ['map', getterOf(Map.prototype, 'size')],
  ['set', getterOf(Set.prototype, 'size')],
  ['regexp', getterOf(RegExp.prototype, 'source')],
  ['arrayBuffer', getterOf(ArrayBuffer.prototype, 'byteLength')],
];
const typedArrayName: Probe | undefined = getterOf(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag);

function isMadeBy(probe: Probe | undefined, object: object): boolean {
  try {
    probe?.call(object as never);
    return probe !== undefined;
  } catch {
    return false;
  }
}

function getterOf(prototype: object, name: string | symbol): Probe | undefined {
  return Object.getOwnPropertyDescriptor(prototype, name)?.get as Probe | undefined;
}
