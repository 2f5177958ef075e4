/**
 * The links of a chain (chain.ts) as bytes, as small as they go: most are a few bytes long, because their numbers are.
 *
 * A link: flags, its number, how far the number before it is, how many leaves, the leaves. Which numbering it belongs to is one bit:
 * whether it is that of the link before it. Not here: where the bytes live (link-list.ts).
 */
import type { Leaf, Link } from './chain.ts';
import { isStub, stubLeaf } from './chain.ts';

const isPointFlag = 1;
const isSameRowFlag = 2;
const isMergeFlag = 4;

/** Appends a link. `isSameRow`: its numbering is that of the link before it. */
export function encodeLink(bytes: number[], link: Link, isSameRow: boolean): void {
  bytes.push((link.isPoint ? isPointFlag : 0) | (isSameRow ? isSameRowFlag : 0) | (link.isMerge ? isMergeFlag : 0));
  encodeNumber(bytes, link.seqno);
  encodeNumber(bytes, link.seqno - link.prevSeqno);
  encodeNumber(bytes, link.leaves.length);
  for (const leaf of link.leaves) encodeLeaf(bytes, leaf);
}

/** Appends the links in `bytes` from `from` on. The first continues `links`. */
export function decodeLinks(bytes: Uint8Array, from: number, links: Link[]): void {
  const cursor: Cursor = { bytes, at: from };
  while (cursor.at < bytes.length) {
    const flags = decodeByte(cursor);
    const last = links.at(-1);
    const numbering = last === undefined ? 0 : last.numbering + (flags & isSameRowFlag ? 0 : 1);
    const seqno = decodeNumber(cursor);
    const prevSeqno = seqno - decodeNumber(cursor);
    const leaves: Leaf[] = [];
    // Bounded by the bytes as well, whatever the count says.
    for (let left = decodeNumber(cursor); left > 0 && cursor.at < bytes.length; left--) leaves.push(decodeLeaf(cursor));
    const [isPoint, isMerge] = [(flags & isPointFlag) !== 0, (flags & isMergeFlag) !== 0];
    links.push({ numbering, seqno, prevSeqno, isPoint, isMerge, leaves });
  }
}

interface Cursor {
  readonly bytes: Uint8Array;
  at: number;
}

/** A stub's moment has a fraction; its timeline is below 0, and written as 0. */
function encodeLeaf(bytes: number[], leaf: Leaf): void {
  encodeNumber(bytes, isStub(leaf) ? 0 : leaf.timeline + 1);
  if (isStub(leaf)) {
    bytes.push(...new Uint8Array(new Float64Array([leaf.seqno]).buffer));
    return;
  }
  encodeNumber(bytes, leaf.generation);
  encodeNumber(bytes, leaf.seqno);
}

function decodeLeaf(cursor: Cursor): Leaf {
  const timeline = decodeNumber(cursor) - 1;
  if (timeline >= 0) return { timeline, generation: decodeNumber(cursor), seqno: decodeNumber(cursor) };
  const moment = cursor.bytes.slice(cursor.at, cursor.at + 8);
  cursor.at += 8;
  return stubLeaf(new Float64Array(moment.buffer)[0] ?? 0);
}

/** Seven bits a byte, lowest first; the top bit says that more follow. Up to 2^53. */
function encodeNumber(bytes: number[], value: number): void {
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
}

function decodeNumber(cursor: Cursor): number {
  let value = 0;
  for (let scale = 1; ; scale *= 128) {
    const byte = decodeByte(cursor);
    value += (byte & 127) * scale;
    if (byte < 128) return value;
  }
}

/** Past the end: 0, so that every loop ends. */
function decodeByte(cursor: Cursor): number {
  return cursor.bytes[cursor.at++] ?? 0;
}
