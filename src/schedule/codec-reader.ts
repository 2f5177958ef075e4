// Reads the parts of the format that are not objects. Every read is checked against the end, and memory is taken only for bytes
// that are there. Bytes that another thread changes meanwhile give some value or EINVAL, no more.
import { fail } from '../base/errors.ts';
import { scratchBigint, scratchBytes, scratchFloat, scratchInt, shortString, smallInt, tags } from './codec-format.ts';

export class Reader {
  private readonly bytes: Uint8Array;
  protected at: number;
  protected readonly end: number;

  /** Outcomes: a reader of these bytes; throws EINVAL if they do not lie inside the memory. */
  constructor(bytes: Uint8Array, offset: number, length: number) {
    this.bytes = bytes;
    this.at = offset;
    this.end = offset + length;
    const isWhole = Number.isSafeInteger(offset) && Number.isSafeInteger(length);
    if (!isWhole || offset < 0 || length < 0 || this.end > bytes.length) {
      this.damaged(`${length} bytes from there on do not lie inside the memory (${bytes.length} bytes)`);
    }
  }

  protected stringOf(tag: number): string {
    if (tag >= smallInt) this.damaged('a number stands where a string must be');
    return tag >= shortString ? this.ascii(tag - shortString) : this.longString(tag);
  }

  protected ascii(length: number): string {
    const { bytes } = this;
    const from = this.take(length);
    let text = '';
    for (let at = from; at < from + length; at++) text += String.fromCharCode(bytes[at] as number);
    return text;
  }

  protected longString(tag: number): string {
    if (tag !== tags.ascii && tag !== tags.utf8 && tag !== tags.utf16)
      this.damaged(`the tag ${tag} does not belong here`);
    const length = this.varint();
    if (tag === tags.utf16) return this.utf16(length);
    try {
      return utf8Decoder.decode(this.copy(length));
    } catch (error) {
      this.damaged('a string is not UTF-8', error);
    }
  }

  private utf16(length: number): string {
    const { bytes } = this;
    const from = this.take(length * 2);
    let text = '';
    for (let at = from; at < from + length * 2; at += 2) {
      text += String.fromCharCode((bytes[at] as number) | ((bytes[at + 1] as number) << 8));
    }
    return text;
  }

  protected bigint(): bigint {
    const magnitude = this.copy(this.varint());
    let hex = '0x0';
    for (const byte of magnitude) hex += byte.toString(16).padStart(2, '0');
    return BigInt(hex);
  }

  protected int16(): number {
    this.scratch(2);
    return ((scratchInt[0] as number) << 16) >> 16;
  }

  protected int32(): number {
    this.scratch(4);
    return scratchInt[0] as number;
  }

  protected float64(): number {
    this.scratch(8);
    return scratchFloat[0] as number;
  }

  protected bigint64(): bigint {
    this.scratch(8);
    return scratchBigint[0] as bigint;
  }

  protected byte(): number {
    if (this.at >= this.end) this.damaged('they end in the middle of a value');
    return this.bytes[this.at++] as number;
  }

  protected varint(): number {
    let value = 0;
    for (let scale = 1; scale <= varintScaleMax; scale *= 0x80) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    return this.damaged('a number is too long');
  }

  private scratch(count: number): void {
    const from = this.take(count);
    for (let i = 0; i < count; i++) scratchBytes[i] = this.bytes[from + i] as number;
  }

  /** A copy of the next bytes: unshared, because TextDecoder refuses shared memory in some browsers. */
  protected copy(length: number): Uint8Array<ArrayBuffer> {
    const from = this.take(length);
    const copy = new Uint8Array(length);
    copy.set(this.bytes.subarray(from, from + length));
    return copy;
  }

  /** Steps over the next bytes, which are there. */
  private take(length: number): number {
    const from = this.at;
    if (length > this.end - from) this.damaged('they end in the middle of a value');
    this.at = from + length;
    return from;
  }

  protected damaged(how: string, cause?: unknown): never {
    fail(
      'EINVAL',
      `The bytes of an encoded value are damaged before byte ${this.at}: ${how}.`,
      { argument: 'bytes' },
      cause,
    );
  }
}

/** Fatal, so that damage is seen; with its byte order mark, which is a character like any other here. */
const utf8Decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const varintScaleMax = 0x80 ** 6;
