// Writes objects in the format of codec-format.ts: their numbers, their kinds, and what is in them.
import { type FencelineError, isFencelineError } from '../base/errors.ts';
import { depthMax, tags } from './codec-format.ts';
import { isPlain, kindOfObject, kindOfView } from './codec-kinds.ts';
import { type PathPart, refuseValue } from './codec-path.ts';
import { Writer } from './codec-writer.ts';

/** One encoder serves one call at a time; `forget` after it drops every reference to the value. */
export class Encoder extends Writer {
  private name = '';
  private depth = 0;
  /** The way from the root to what is being written, one part per level of `depth`. Only messages read it. */
  private readonly path: PathPart[] = [];
  /** Objects written so far; the index is the number. Few are searched, more are looked up in `numbers`. */
  private readonly seen: object[] = [];
  private numbers: Map<object, number> | undefined;

  /** Outcomes: those of `encode` in codec.ts. */
  run(value: unknown, into: Uint8Array, offset: number, name: string): number {
    this.begin(into, offset);
    this.name = name;
    this.value(value);
    return this.finish(offset);
  }

  /** Outcomes: those of `encodeThrown` in codec.ts. */
  runThrown(thrown: unknown, into: Uint8Array, offset: number): number {
    try {
      return this.run(thrown, into, offset, 'thrown');
    } catch {
      this.forget();
      return this.run(new Error(describe(thrown)), into, offset, 'thrown');
    }
  }

  forget(): void {
    this.drop();
    this.numbers = undefined;
    this.seen.length = 0;
    this.path.length = 0;
    this.depth = 0;
  }

  private value(value: unknown): void {
    if (typeof value === 'number') this.number(value);
    else if (typeof value === 'string') this.string(value);
    else if (typeof value === 'object') {
      if (value === null) this.byte(tags.null);
      else this.object(value);
    } else if (typeof value === 'boolean') this.byte(value ? tags.true : tags.false);
    else if (value === undefined) this.byte(tags.undefined);
    else if (typeof value === 'bigint') this.bigint(value);
    else this.refuse(`is a ${typeof value}`);
  }

  private object(object: object): void {
    const number = this.numberOf(object);
    if (number >= 0) {
      this.byte(tags.ref);
      this.varint(number);
      return;
    }
    if (this.depth >= depthMax) this.refuse(`is nested deeper than the limit (${depthMax})`);
    this.depth++;
    if (Array.isArray(object)) this.array(object);
    else if (isPlain(Object.getPrototypeOf(object))) this.plain(object as Readonly<Record<string, unknown>>);
    else this.special(object);
    this.depth--;
  }

  /** The number of an object that was written before; -1 for a new one, which gets the next number. */
  private numberOf(object: object): number {
    const { seen } = this;
    if (seen.length > searchMax) {
      this.numbers ??= new Map(seen.map((earlier, number) => [earlier, number]));
      const number = this.numbers.get(object);
      if (number !== undefined) return number;
      this.numbers.set(object, seen.length);
    } else {
      for (let number = 0; number < seen.length; number++) if (seen[number] === object) return number;
    }
    seen.push(object);
    return -1;
  }

  private plain(object: Readonly<Record<string, unknown>>): void {
    this.byte(tags.object);
    const level = this.depth - 1;
    for (const key in object) {
      if (!Object.hasOwn(object, key)) continue;
      this.path[level] = key;
      this.string(key);
      this.value(object[key]);
    }
    this.byte(tags.end);
  }

  private array(array: readonly unknown[]): void {
    const { length } = array;
    const level = this.depth - 1;
    this.byte(tags.array);
    this.varint(length);
    for (let i = 0; i < length; i++) {
      const element = array[i];
      if (element === undefined && !Object.hasOwn(array, i)) {
        this.holes(array, i);
        return;
      }
      this.path[level] = i;
      this.value(element);
    }
  }

  /** The rest of an array from its first hole on: by index, because an array of a few elements may be four billion long. */
  private holes(array: readonly unknown[], from: number): void {
    const level = this.depth - 1;
    const indices = indicesFrom(array, from);
    this.byte(tags.holes);
    this.varint(indices.length);
    for (const index of indices) {
      this.path[level] = index;
      this.varint(index);
      this.value(array[index]);
    }
  }

  private special(object: object): void {
    const kind = kindOfObject(object);
    if (kind === 'view') this.view(object as ArrayBufferView);
    else if (kind === 'map') this.map(object as ReadonlyMap<unknown, unknown>);
    else if (kind === 'set') this.set(object as ReadonlySet<unknown>);
    else if (kind === 'date') this.date(object as Date);
    else if (kind === 'regexp') this.regexp(object as RegExp);
    else if (kind === 'arrayBuffer') this.arrayBuffer(object as ArrayBuffer);
    else if (kind === 'domException') this.domException(object as DOMException);
    else if (kind === 'error') this.error(object as Error);
    else this.refuseObject(`is ${instanceText(object)}`);
  }

  private map(map: ReadonlyMap<unknown, unknown>): void {
    const level = this.depth - 1;
    let entry = -1;
    this.byte(tags.map);
    // A copy of the entries, as structuredClone makes one: a getter below may change the map.
    for (const [key, value] of [...Map.prototype.entries.call(map)] as [unknown, unknown][]) {
      this.path[level] = entry--;
      this.value(key);
      this.value(value);
    }
    this.byte(tags.end);
  }

  private set(set: ReadonlySet<unknown>): void {
    const level = this.depth - 1;
    let entry = -1;
    this.byte(tags.set);
    for (const element of [...Set.prototype.values.call(set)] as unknown[]) {
      this.path[level] = entry--;
      this.value(element);
    }
    this.byte(tags.end);
  }

  private date(date: Date): void {
    this.byte(tags.date);
    this.float64(date.getTime());
  }

  private regexp(regexp: RegExp): void {
    this.byte(tags.regexp);
    this.string(regexp.source);
    this.string(regexp.flags);
  }

  private arrayBuffer(buffer: ArrayBuffer): void {
    this.byte(tags.arrayBuffer);
    this.memory(buffer, 0, buffer.byteLength);
  }

  private view(view: ArrayBufferView): void {
    const kind = kindOfView(view);
    if (kind < 0) this.refuseObject(`is ${instanceText(view)}`);
    this.byte(tags.view);
    this.byte(kind);
    this.memory(view.buffer, view.byteOffset, view.byteLength);
  }

  private memory(buffer: ArrayBufferLike, byteOffset: number, byteLength: number): void {
    let source: Uint8Array;
    try {
      source = new Uint8Array(buffer, byteOffset, byteLength);
    } catch (error) {
      this.refuseObject('has memory that is gone', error);
    }
    this.varint(byteLength);
    this.raw(source);
  }

  private domException(exception: DOMException): void {
    this.byte(tags.domException);
    this.string(exception.name);
    this.string(exception.message);
  }

  private error(error: Error): void {
    if (isFencelineError(error)) {
      this.fencelineError(error);
      return;
    }
    const { name, message, stack } = error;
    const { code, errors } = error as { readonly code?: unknown; readonly errors?: unknown };
    this.byte(tags.error);
    this.string(typeof name === 'string' ? name : 'Error');
    this.string(typeof message === 'string' ? message : '');
    this.value(typeof stack === 'string' ? stack : undefined);
    this.value(typeof code === 'string' || typeof code === 'number' ? code : undefined);
    this.lenient('errors', Array.isArray(errors) ? errors : undefined);
    this.cause(error);
  }

  private fencelineError(error: FencelineError): void {
    this.byte(tags.fencelineError);
    this.string(error.code);
    this.string(error.message);
    this.value(typeof error.stack === 'string' ? error.stack : undefined);
    this.lenient('details', error.details);
    this.cause(error);
  }

  private cause(error: Error): void {
    if (Object.hasOwn(error, 'cause')) this.lenient('cause', error.cause);
    else this.byte(tags.noCause);
  }

  /** What hangs on an error must not keep the error from travelling: what cannot travel itself is replaced by what it was. */
  private lenient(key: string, value: unknown): void {
    const { at, depth } = this;
    const count = this.seen.length;
    this.path[depth - 1] = key;
    try {
      this.value(value);
    } catch {
      this.seen.length = count;
      this.numbers = undefined;
      this.at = at;
      this.depth = depth;
      this.string(describe(value));
    }
  }

  /** Refuses the object whose level was entered already. */
  private refuseObject(what: string, cause?: unknown): never {
    this.depth--;
    this.refuse(what, cause);
  }

  private refuse(what: string, cause?: unknown): never {
    // Parts beyond the current level are left over from siblings.
    refuseValue(this.name, this.path.slice(0, this.depth), what, cause);
  }
}

/** Up to so many objects, searching is faster than a map. */
const searchMax = 16;
const indexMax = 2 ** 32 - 2;

/** The indices of the elements that an array has, ascending. Engines list them first, in order, before other properties. */
function indicesFrom(array: readonly unknown[], from: number): readonly number[] {
  const indices: number[] = [];
  for (const key of Object.keys(array)) {
    const index = Number(key);
    if (!Number.isInteger(index) || index < 0 || index > indexMax || String(index) !== key) break;
    if (index >= from) indices.push(index);
  }
  return indices;
}

function instanceText(object: object): string {
  const name: unknown = (object as { readonly constructor?: { readonly name?: unknown } }).constructor?.name;
  return typeof name === 'string' && name !== '' ? `an instance of ${name}` : 'an instance of a class';
}

/** A sentence for what is thrown and cannot travel. Never throws, whatever its toString does. */
function describe(thrown: unknown): string {
  try {
    return typeof thrown === 'object' && thrown !== null && !(thrown instanceof Error)
      ? `${instanceText(thrown)} (${String(thrown)})`
      : String(thrown);
  } catch {
    return 'a value that cannot be shown';
  }
}
