// Reads objects in the format of codec-format.ts: their numbers, their kinds, and what is in them. Every number is checked against
// what it may be; whatever the bytes are, reading ends, in a value or in EINVAL.
import { type Code, codeNumber, type Details, FencelineError } from '../base/errors.ts';
import { dateAt } from '../cells/date.ts';
import { dataViewKind, depthMax, shortString, smallInt, smallIntMin, tags, viewKinds } from './codec-format.ts';
import { Reader } from './codec-reader.ts';

export class Decoder extends Reader {
  private depth = 0;
  /** Objects read so far; the index is the number. */
  private readonly objects: object[] = [];

  /** Outcomes: those of `decode` in codec.ts. */
  run(): unknown {
    const value = this.value();
    if (this.at !== this.end) this.damaged(`${this.end - this.at} bytes are left over`);
    return value;
  }

  private value(): unknown {
    return this.tagged(this.byte());
  }

  private tagged(tag: number): unknown {
    if (tag >= smallInt) return tag - smallInt + smallIntMin;
    if (tag >= shortString) return this.ascii(tag - shortString);
    if (tag >= tags.object) return this.nested(tag);
    switch (tag) {
      case tags.undefined:
        return undefined;
      case tags.null:
        return null;
      case tags.false:
        return false;
      case tags.true:
        return true;
      case tags.int16:
        return this.int16();
      case tags.int32:
        return this.int32();
      case tags.float64:
        return this.float64();
      case tags.bigint64:
        return this.bigint64();
      case tags.bigintPlus:
        return this.bigint();
      case tags.bigintMinus:
        return -this.bigint();
      case tags.ref:
        return this.objects[this.varint()] ?? this.damaged('a reference leads nowhere');
      default:
        return this.longString(tag);
    }
  }

  private nested(tag: number): object {
    if (this.depth >= depthMax) this.damaged(`they nest deeper than the limit (${depthMax})`);
    this.depth++;
    const object = this.object(tag);
    this.depth--;
    return object;
  }

  private object(tag: number): object {
    switch (tag) {
      case tags.object:
        return this.plain();
      case tags.array:
        return this.array();
      case tags.map:
        return this.map();
      case tags.set:
        return this.set();
      case tags.date:
        return this.known(dateAt(this.float64()));
      case tags.regexp:
        return this.regexp();
      case tags.arrayBuffer:
        return this.known(this.copy(this.varint()).buffer);
      case tags.view:
        return this.view();
      case tags.error:
        return this.error();
      case tags.fencelineError:
        return this.fencelineError();
      case tags.domException:
        return this.domException();
      default:
        return this.damaged(`there is no tag ${tag}`);
    }
  }

  /** Gives an object its number. Must happen before anything inside it is read, as the encoder counts. */
  private known<T extends object>(object: T): T {
    this.objects.push(object);
    return object;
  }

  private plain(): object {
    const object: Record<string, unknown> = this.known({});
    for (let tag = this.byte(); tag !== tags.end; tag = this.byte()) {
      const key = this.stringOf(tag);
      const value = this.value();
      if (key === '__proto__') setOwn(object, key, value, true);
      else object[key] = value;
    }
    return object;
  }

  private array(): unknown[] {
    const array: unknown[] = this.known([]);
    const length = this.varint();
    if (length > lengthMax) this.damaged(`the length of an array (${length}) is above the limit (${lengthMax})`);
    while (array.length < length) {
      const tag = this.byte();
      if (tag === tags.holes) {
        this.holes(array, length);
        break;
      }
      array.push(this.tagged(tag));
    }
    return array;
  }

  private holes(array: unknown[], length: number): void {
    setLength(array, length);
    let next = 0;
    for (let count = this.varint(); count > 0; count--) {
      const index = this.varint();
      if (index < next || index >= length) this.damaged(`the index of an element (${index}) is not in order`);
      next = index + 1;
      array[index] = this.value();
    }
  }

  private map(): Map<unknown, unknown> {
    const map = this.known(new Map<unknown, unknown>());
    for (let tag = this.byte(); tag !== tags.end; tag = this.byte()) {
      const key = this.tagged(tag);
      map.set(key, this.value());
    }
    return map;
  }

  private set(): Set<unknown> {
    const set = this.known(new Set<unknown>());
    for (let tag = this.byte(); tag !== tags.end; tag = this.byte()) set.add(this.tagged(tag));
    return set;
  }

  private regexp(): RegExp {
    const [source, flags] = [this.stringOf(this.byte()), this.stringOf(this.byte())];
    try {
      return this.known(new RegExp(source, flags));
    } catch (error) {
      this.damaged('a regular expression is none', error);
    }
  }

  private view(): object {
    const kind = this.byte();
    const length = this.varint();
    if (kind === dataViewKind) return this.known(new DataView(this.copy(length).buffer));
    const found = viewKinds[kind];
    if (found === undefined) this.damaged(`there is no kind of view ${kind}`);
    if (length % found.elementBytes !== 0)
      this.damaged(`the length of a view (${length}) is no whole number of elements`);
    return this.known(found.over(this.copy(length).buffer));
  }

  private error(): Error {
    const [name, message] = [this.stringOf(this.byte()), this.stringOf(this.byte())];
    const error = this.known(errorNamed(name, message));
    this.stack(error);
    const [code, errors] = [this.value(), this.value()];
    if (code !== undefined) setOwn(error, 'code', code, true);
    if (errors !== undefined) setOwn(error, 'errors', errors, false);
    this.cause(error);
    return error;
  }

  private fencelineError(): FencelineError {
    const code = this.stringOf(this.byte()) as Code;
    if (codeNumber(code) === undefined) this.damaged('an error has a code that is none');
    const message = this.stringOf(this.byte());
    // The details come later, because the error has its number before anything inside it.
    const error = this.known(new FencelineError(code, message, {} as Details[Code]));
    this.stack(error);
    setOwn(error, 'details', this.value(), true);
    this.cause(error);
    return error;
  }

  private domException(): DOMException {
    const [name, message] = [this.stringOf(this.byte()), this.stringOf(this.byte())];
    return this.known(new DOMException(message, name));
  }

  /** The stack of where it happened; without one, no stack of here is shown in its place. */
  private stack(error: Error): void {
    const stack = this.value();
    setOwn(error, 'stack', typeof stack === 'string' ? stack : `${error.name}: ${error.message}`, false);
  }

  private cause(error: Error): void {
    const tag = this.byte();
    if (tag !== tags.noCause) setOwn(error, 'cause', this.tagged(tag), false);
  }
}

const lengthMax = 2 ** 32 - 1;
/** A gap of this many elements is worth a sparse array; below it, engines may take memory for all. */
const gapMax = 4096;

/** Lengthens an array without taking memory for a long gap, however short the bytes were that asked for it. */
function setLength(array: unknown[], length: number): void {
  // At the largest length, engines go over to sparse elements, and stay there.
  if (length - array.length > gapMax) array.length = lengthMax;
  array.length = length;
}

const errorClasses: ReadonlyMap<string, new (message: string) => Error> = new Map(
  [Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError].map((made) => [made.name, made]),
);

function errorNamed(name: string, message: string): Error {
  if (name === 'AggregateError') return new AggregateError([], message);
  const error = new (errorClasses.get(name) ?? Error)(message);
  if (error.name !== name) setOwn(error, 'name', name, false);
  return error;
}

/** Defines rather than assigns: a property of that name on a prototype is not asked. */
function setOwn(object: object, key: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(object, key, { value, enumerable, writable: true, configurable: true });
}
