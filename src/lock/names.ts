/**
 * Names that all agents number alike: the classes of locks, and places in the user's code. Never freed.
 *
 * A name is up to 16 words, three bytes each under a mark, so that a written word is never 0; the last one is not full.
 * Invariant: a word is set once, by a compare-exchange from 0, by somebody whose name agrees with all words before it. So
 * the words are always the beginning of the name of its last writer, who goes on; two who begin alike are told apart at
 * the first word that differs, and the later one takes the next slot. Nobody waits, and whoever dies in the middle leaves
 * a beginning that the next with such a name completes. A mismatch is for ever: all who look for a name end at one slot.
 */
import { NAME_WORDS } from '../base/validator-layout.ts';
import type { Words } from '../cells/cell.ts';
import { cas, load } from '../cells/cell.ts';

const mark = 1 << 24;
const bytesMax = (NAME_WORDS - 1) * 3;
const digestBytes = 9;

/** Outcomes: the number of the name, the same for all; -1 if the table is full. */
export function numberOfName(words: Words, table: number, count: number, name: string): number {
  const encoded = encode(name);
  for (let slot = 0; slot < count; slot++) if (isNamed(words, table + slot * NAME_WORDS, encoded)) return slot;
  return -1;
}

export function nameAt(words: Words, table: number, slot: number): string {
  const bytes: number[] = [];
  for (let index = 0; index < NAME_WORDS; index++) {
    const word = load(words, table + slot * NAME_WORDS + index);
    for (let shift = 0; shift < 24; shift += 8)
      if (((word >>> shift) & 0xff) !== 0) bytes.push((word >>> shift) & 0xff);
    if (word >>> 16 === mark >>> 16) break;
  }
  return new TextDecoder().decode(new Uint8Array(bytes));
}

/** Whether the slot has this name, or is given it now. */
function isNamed(words: Words, at: number, encoded: readonly number[]): boolean {
  for (let index = 0; index < encoded.length; index++) {
    const wanted = encoded[index] as number;
    const word = load(words, at + index);
    if (word === wanted) continue;
    // Lost to another: to the same name perhaps.
    if (word !== 0 || (!cas(words, at + index, 0, wanted) && load(words, at + index) !== wanted)) return false;
  }
  return true;
}

/** A long name keeps its beginning and a digest of the rest. */
function encode(name: string): number[] {
  let bytes = [...new TextEncoder().encode(name.replaceAll('\0', ' '))];
  if (bytes.length > bytesMax) {
    const digest = new TextEncoder().encode(
      `~${digestOf(bytes)
        .toString(16)
        .padStart(digestBytes - 1, '0')}`,
    );
    bytes = [...bytes.slice(0, bytesMax - digestBytes), ...digest];
  }
  const encoded: number[] = [];
  for (let at = 0; at <= bytes.length; at += 3) {
    encoded.push(mark | (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16));
  }
  return encoded;
}

/** FNV-1a. */
function digestOf(bytes: readonly number[]): number {
  let digest = 0x811c9dc5;
  for (const byte of bytes) digest = Math.imul(digest ^ byte, 0x01000193) >>> 0;
  return digest;
}
