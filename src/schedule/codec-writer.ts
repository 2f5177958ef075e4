// Writes the parts of the format that are not objects: numbers, bigints, strings, raw bytes. What does not fit is counted and not
// written, so one pass tells how much room a value needs.
import {
  scratchBigint,
  scratchBytes,
  scratchFloat,
  scratchInt,
  shortString,
  shortStringMax,
  smallInt,
  smallIntMax,
  smallIntMin,
  tags,
} from './codec-format.ts';

export class Writer {
  private bytes: Uint8Array = nothing;
  /** Where the next byte goes, or would go if there were room. */
  protected at = 0;
  private end = 0;

  protected begin(into: Uint8Array, offset: number): void {
    this.bytes = into;
    this.at = offset;
    this.end = into.length;
  }

  /** The number of bytes written, or -1 - neededBytes if they did not fit. */
  protected finish(offset: number): number {
    return this.at <= this.end ? this.at - offset : -1 - (this.at - offset);
  }

  protected drop(): void {
    this.bytes = nothing;
  }

  protected number(value: number): void {
    // A negative zero equals its integer and is none: 1 / -0 tells.
    if ((value | 0) !== value || (value === 0 && 1 / value < 0)) {
      this.byte(tags.float64);
      this.float64(value);
    } else if (value >= smallIntMin && value <= smallIntMax) {
      this.byte(smallInt + value - smallIntMin);
    } else {
      scratchInt[0] = value;
      const isShort = (value << 16) >> 16 === value;
      this.byte(isShort ? tags.int16 : tags.int32);
      this.scratch(isShort ? 2 : 4);
    }
  }

  protected bigint(value: bigint): void {
    if (BigInt.asIntN(64, value) === value) {
      scratchBigint[0] = value;
      this.byte(tags.bigint64);
      this.scratch(8);
      return;
    }
    const digits = (value < 0n ? -value : value).toString(16);
    const hex = digits.length % 2 === 0 ? digits : `0${digits}`;
    this.byte(value < 0n ? tags.bigintMinus : tags.bigintPlus);
    this.varint(hex.length / 2);
    for (let i = 0; i < hex.length; i += 2) this.byte(Number.parseInt(hex.slice(i, i + 2), 16));
  }

  protected string(value: string): void {
    const { length } = value;
    if (length > shortStringMax || this.at + 1 + length > this.end) {
      this.longString(value);
      return;
    }
    const start = this.at + 1;
    for (let i = 0; i < length; i++) {
      const unit = value.charCodeAt(i);
      if (unit >= 0x80) {
        this.longString(value);
        return;
      }
      this.bytes[start + i] = unit;
    }
    this.bytes[start - 1] = shortString + length;
    this.at = start + length;
  }

  /** Also short ones that are not ASCII or do not fit, which must be counted as they would be written. */
  private longString(value: string): void {
    if (loneSurrogate.test(value)) {
      this.byte(tags.utf16);
      this.varint(value.length);
      for (let i = 0; i < value.length; i++) {
        this.byte(value.charCodeAt(i) & 0xff);
        this.byte(value.charCodeAt(i) >> 8);
      }
      return;
    }
    const utf8 = utf8Encoder.encode(value);
    if (utf8.length === value.length && utf8.length <= shortStringMax) {
      this.byte(shortString + utf8.length);
    } else {
      this.byte(utf8.length === value.length ? tags.ascii : tags.utf8);
      this.varint(utf8.length);
    }
    this.raw(utf8);
  }

  protected float64(value: number): void {
    scratchFloat[0] = value;
    this.scratch(8);
  }

  protected byte(byte: number): void {
    if (this.at < this.end) this.bytes[this.at] = byte;
    this.at++;
  }

  protected varint(value: number): void {
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.byte((rest % 0x80) | 0x80);
    this.byte(rest);
  }

  private scratch(count: number): void {
    for (let i = 0; i < count; i++) this.byte(scratchBytes[i] as number);
  }

  protected raw(source: Uint8Array): void {
    if (this.at + source.length <= this.end) this.bytes.set(source, this.at);
    this.at += source.length;
  }
}

const nothing = new Uint8Array(0);
const utf8Encoder = new TextEncoder();
/** With the flag u, pairs count as one character, so that only lone halves match. */
const loneSurrogate = /[\ud800-\udfff]/u;
