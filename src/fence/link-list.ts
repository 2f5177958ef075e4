/**
 * The chain of one sync object (chain.ts) in shared memory: immutable nodes, newest first, in chunks.
 *
 * State: one word `current` of the object's slot, `first chunk + 1 of the newest node (17 bits) | version`, 0 bits for none. A node is
 * a record of one chunk (of several if one link alone needs them): the next older node with the state word of its first chunk, what
 * is to be known of the newest link, and links, oldest first. What has been put into the list is never written again.
 *
 * Order of steps: every change makes its new nodes first, which nobody knows; then one compare-exchange of `current` puts them in force;
 * then the nodes that no longer belong to the list are freed by whoever made that exchange. Adding a link replaces the newest
 * node by one that is longer, or puts a new one in front: O(1). When the count has doubled since the last time, the whole list
 * is written anew without what is over, in full nodes: O(1) for each link added since.
 *
 * Invariants: a node is freed only after an exchange of `current` left it out, its first chunk first, and only if that chunk still has the
 * state word (with its generation) that it had in the list. So a reader that finds this word unchanged after it has read a
 * node has read that node. Which word the newest node has is right if `current` is still what it was when the word was read.
 *
 * Whoever is about to leave nodes out marks their chunks, with their generation, before the exchange: a marked chunk was in
 * the list once, whoever marked it, and whoever made the exchange. A chunk that a stopped agent published needs that agent's exchange to get there.
 * What of these is not in the list, looked at after the marks, never will be again: a repair frees it, and so does, if it lives,
 * whoever left it out; the state word lets only one of them. A mark that comes late meets another generation.
 * Not here: what the links mean (chain.ts), who may call (sync-object.ts holds the object).
 */
import { fail } from '../base/errors.ts';
import { C_LEAVING, C_NEXT, C_OWNER, C_STATE, chunkBytes } from '../base/layout.ts';
import { pointsPerSyncObject } from '../base/limits.ts';
import { cas, load, store } from '../cells/cell.ts';
import { chunkAt, freeChain, loadWords, storeWords } from '../cells/chunk.ts';
import type { Agent, Memory } from '../cells/memory.ts';
import { generationOf, LIVE, nobody, ownerOf, slotWord, stateOf, tryFreeSlot } from '../cells/slot.ts';
import type { Chain, Link } from './chain.ts';
import { linkAfter, unfinishedLinks } from './chain.ts';
import { decodeLinks, encodeLink } from './link-codec.ts';

/** Where the list of an object is, and how its chunks are told apart from those of others. */
export interface LinkList {
  /** The word `current`. */
  readonly at: number;
  /** What its chunks say in C_OWNER. */
  readonly owner: number;
}

/** What is to be known of the newest link, without the list behind it. */
export interface Head {
  readonly seqno: number;
  readonly isPoint: boolean;
}

/** What becomes a point. */
export type Added = Pick<Link, 'leaves' | 'isMerge'>;

interface Node extends Head {
  /** First chunk + 1 of the next older node, and that chunk's state word; 0 for none. */
  readonly older: number;
  readonly olderWord: number;
  /** How many links the list has up to here. */
  readonly count: number;
  /** With this many the list is written anew. */
  readonly renewAt: number;
  /** The record: header and links. */
  readonly bytes: Uint8Array;
}

/** The newest node with the words that name it. No node: the list is empty. */
interface Newest {
  readonly current: number;
  readonly word: number;
  readonly node: Node | undefined;
}

/** A chunk of the list, and the state word that it has there. */
interface Listed {
  readonly chunk: number;
  readonly word: number;
}

const versionShift = 17;
const chunkMask = 2 ** versionShift - 1;
const versionCount = 2 ** 14;
const headerBytes = 32;
/** A node that grows link by link is copied for each: it grows no further than this. Those of a list written anew are full. */
const grownBytes: number = Math.min(chunkBytes, 256);
/** Lists shorter than this are not worth writing anew. */
const renewLeast = 16;

/** The newest link, or undefined: the list is empty. */
export function readHead(memory: Memory, list: LinkList): Head | undefined {
  return readNewest(memory, list).node;
}

/** A snapshot of the whole list, or undefined: it is empty. */
export function readChain(memory: Memory, list: LinkList): Chain | undefined {
  for (;;) {
    const { node } = readNewest(memory, list);
    if (node === undefined) return undefined;
    const chain = chainUpTo(memory, node);
    if (chain !== undefined) return chain;
  }
}

/**
 * Adds a link. Outcomes: nothing; ENOSPC (links that are not over, chunks), with nothing changed.
 * Lock-free: an attempt fails only if another agent's succeeded.
 */
export function addLink(agent: Agent, list: LinkList, point: number, added: Added): void {
  for (;;) {
    const newest = readNewest(agent, list);
    const { node } = newest;
    const isFull = node !== undefined && node.count >= node.renewAt;
    if (isFull ? renew(agent, list, newest, point, added) : append(agent, list, newest, point, added)) return;
  }
}

/** Puts a chain in place of all; undefined: empties the list. Outcomes: nothing; ENOSPC (chunks), with nothing changed. */
export function replaceLinks(agent: Agent, list: LinkList, chain: Chain | undefined): void {
  const made = chain === undefined ? [] : storeLinks(agent, list, unfinishedLinks(agent, chain));
  for (;;) {
    const newest = readNewest(agent, list);
    const leaving = chunksOf(agent, newest);
    if (leaving !== undefined && exchange(agent, list, newest, made.at(-1) ?? 0, leaving)) return;
  }
}

/** The chunks that the list consists of. */
export function chunksInList(memory: Memory, list: LinkList): ReadonlySet<number> {
  for (;;) {
    const chunks = chunksOf(memory, readNewest(memory, list));
    if (chunks !== undefined) return new Set(chunks.map(({ chunk }) => chunk));
  }
}

/** Frees what a stopped agent published for a list, and what was left out of one by somebody who did not come to free it: see above. */
export function repairLists(agent: Agent, deadIndex: number, listOf: (owner: number) => LinkList | undefined): void {
  const { words, layout } = agent;
  const found: (Listed & { readonly list: LinkList })[] = [];
  for (let chunk = 0; chunk < layout.limits.chunks; chunk++) {
    const at = chunkAt(agent, chunk);
    const word = load(words, at + C_STATE);
    if (stateOf(word) !== LIVE) continue;
    const list = listOf(load(words, at + C_OWNER));
    if (list === undefined) continue;
    if (ownerOf(word) === deadIndex || load(words, at + C_LEAVING) === markOf(word)) found.push({ chunk, word, list });
  }
  // Only now: a living agent may have put in meanwhile what another has marked since.
  const inLists: Map<number, ReadonlySet<number>> = new Map();
  for (const { chunk, word, list } of found) {
    let listed = inLists.get(list.at);
    if (listed === undefined) {
      listed = chunksInList(agent, list);
      inLists.set(list.at, listed);
    }
    if (!listed.has(chunk)) tryFreeSlot(words, chunkAt(agent, chunk) + C_STATE, word);
  }
}

/** One attempt. False: somebody else changed the list meanwhile. */
function append(agent: Agent, list: LinkList, newest: Newest, point: number, added: Added): boolean {
  const { current, word, node } = newest;
  const head = node === undefined ? undefined : headLink(node);
  const link = linkAfter(head, point, added.leaves, added.isMerge);
  const bytes: number[] = [];
  encodeLink(bytes, link, node !== undefined && link.numbering === 0);
  const count = (node?.count ?? 0) + 1;
  const renewAt = node?.renewAt ?? renewLeast;
  const older = current & chunkMask;
  const isLonger = node !== undefined && node.bytes.length + bytes.length <= grownBytes;
  const place = isLonger ? node : { older, olderWord: older === 0 ? 0 : word };
  const { isPoint, seqno } = link;
  const header = { older: place.older, olderWord: place.olderWord, count, renewAt, isPoint, seqno };
  const record = recordOf(header, bytes, isLonger ? node : undefined);
  const made = storeWords(agent, record, list.owner);
  const leaving = isLonger ? recordChunks(agent, older, word) : [];
  if (leaving !== undefined && exchange(agent, list, newest, made, leaving)) return true;
  freeChain(agent, made);
  return false;
}

/** The newest link, as far as adding to it goes: without its leaves. */
function headLink({ seqno, isPoint }: Head): Link {
  return { numbering: 0, seqno, prevSeqno: 0, isPoint, isMerge: false, leaves: [] };
}

/** One attempt to write the list anew with the link at its end. False: somebody else changed the list meanwhile. */
function renew(agent: Agent, list: LinkList, newest: Newest, point: number, added: Added): boolean {
  const chain = newest.node === undefined ? undefined : chainUpTo(agent, newest.node);
  if (chain === undefined) return false;
  const kept = unfinishedLinks(agent, [...chain, linkAfter(chain.at(-1), point, added.leaves, added.isMerge)]);
  if (kept.length > pointsPerSyncObject) {
    // Another agent may be replacing: only what stands counts.
    if (load(agent.words, list.at) !== newest.current) return false;
    refuse();
  }
  const made = storeLinks(agent, list, kept);
  const leaving = chunksOf(agent, newest);
  if (leaving !== undefined && exchange(agent, list, newest, made.at(-1) ?? 0, leaving)) return true;
  for (const first of made) freeChain(agent, first);
  return false;
}

/** The commit, with what comes before and after it. False: the list was changed since `newest` was read. */
function exchange(
  agent: Agent,
  list: LinkList,
  { current }: Newest,
  first: number,
  leaving: readonly Listed[],
): boolean {
  const { words } = agent;
  for (const { chunk, word } of leaving) store(words, chunkAt(agent, chunk) + C_LEAVING, markOf(word));
  const version = ((current >>> versionShift) + 1) % versionCount;
  if (!cas(words, list.at, current, first | (version << versionShift))) return false;
  for (const { chunk, word } of leaving) tryFreeSlot(words, chunkAt(agent, chunk) + C_STATE, word);
  return true;
}

/** Stores links in full nodes. Outcomes: the first chunk + 1 of each node, the newest last; ENOSPC with nothing kept. */
function storeLinks(agent: Agent, list: LinkList, links: readonly Link[]): number[] {
  const made: number[] = [];
  const renewAt = Math.max(renewLeast, Math.min(links.length * 2, pointsPerSyncObject));
  try {
    for (let from = 0; from < links.length; ) {
      const bytes: number[] = [];
      let at = from;
      for (; at < links.length; at++) {
        const before = bytes.length;
        // Both are indexes of `links`.
        const link = links[at] as Link;
        encodeLink(bytes, link, links[at - 1]?.numbering === link.numbering);
        if (at === from || headerBytes + bytes.length <= chunkBytes) continue;
        bytes.length = before;
        break;
      }
      const older = made.at(-1) ?? 0;
      const olderWord = older === 0 ? 0 : load(agent.words, chunkAt(agent, older - 1) + C_STATE);
      const { isPoint, seqno } = links[at - 1] as Link;
      made.push(
        storeWords(
          agent,
          recordOf({ older, olderWord, count: at, renewAt, isPoint, seqno }, bytes, undefined),
          list.owner,
        ),
      );
      from = at;
    }
  } catch (error) {
    for (const first of made) freeChain(agent, first);
    throw error;
  }
  return made;
}

/** The record of a node with these links, after those of `before`. */
function recordOf(header: Omit<Node, 'bytes'>, links: readonly number[], before: Node | undefined): Int32Array {
  const start = before?.bytes.length ?? headerBytes;
  const length = start + links.length;
  const words = new Int32Array(Math.ceil(length / 8) * 2);
  const bytes = new Uint8Array(words.buffer);
  if (before !== undefined) bytes.set(before.bytes);
  bytes.set(links, start);
  words.set([header.older, header.olderWord, header.count, header.renewAt, header.isPoint ? 1 : 0, length]);
  new Float64Array(words.buffer, 24, 1)[0] = header.seqno;
  return words.subarray(0, Math.ceil(length / 4));
}

function readNewest(memory: Memory, list: LinkList): Newest {
  for (;;) {
    const current = load(memory.words, list.at);
    const first = current & chunkMask;
    if (first === 0) return { current, word: 0, node: undefined };
    const word = load(memory.words, chunkAt(memory, first - 1) + C_STATE);
    const record = loadWords(memory, first);
    if (load(memory.words, list.at) === current) return { current, word, node: nodeOf(record) };
  }
}

/** Outcomes: undefined if it has been freed. */
function readNode(memory: Memory, first: number, word: number): Node | undefined {
  const record = loadWords(memory, first);
  return load(memory.words, chunkAt(memory, first - 1) + C_STATE) === word ? nodeOf(record) : undefined;
}

function nodeOf(record: Int32Array): Node {
  const [older = 0, olderWord = 0, count = 0, renewAt = 0, flags = 0, length = 0] = record;
  const seqno = new Float64Array(record.buffer, 24, 1)[0] ?? 0;
  return {
    older,
    olderWord,
    count,
    renewAt,
    isPoint: flags === 1,
    seqno,
    bytes: new Uint8Array(record.buffer, 0, length),
  };
}

/** The links of a node and of all older ones. Outcomes: undefined if some have been freed meanwhile. */
function chainUpTo(memory: Memory, newest: Node): Chain | undefined {
  const nodes: Node[] = [newest];
  for (let node = newest; node.older !== 0; ) {
    const next = readNode(memory, node.older, node.olderWord);
    if (next === undefined) return undefined;
    nodes.push(next);
    node = next;
  }
  const links: Link[] = [];
  for (const { bytes } of nodes.reverse()) decodeLinks(bytes, headerBytes, links);
  return links;
}

/** All chunks of a list. Outcomes: undefined if it was changed meanwhile. */
function chunksOf(memory: Memory, { current, word, node }: Newest): Listed[] | undefined {
  const all: Listed[] = [];
  let first = current & chunkMask;
  let [at, atWord] = [node, word];
  while (at !== undefined) {
    const chunks = recordChunks(memory, first, atWord);
    if (chunks === undefined) return undefined;
    for (const chunk of chunks) all.push(chunk);
    if (at.older === 0) break;
    first = at.older;
    atWord = at.olderWord;
    at = readNode(memory, first, atWord);
    if (at === undefined) return undefined;
  }
  return all;
}

/** The chunks of one record. Outcomes: undefined if it has been freed meanwhile. */
function recordChunks(memory: Memory, first: number, word: number): Listed[] | undefined {
  const chunks: Listed[] = [{ chunk: first - 1, word }];
  const start = chunkAt(memory, first - 1);
  for (let next = load(memory.words, start + C_NEXT); next !== 0; ) {
    const at = chunkAt(memory, next - 1);
    const nextWord = load(memory.words, at + C_STATE);
    const follower = load(memory.words, at + C_NEXT);
    // The first chunk is freed first: if it is there, they all are.
    if (load(memory.words, start + C_STATE) !== word) return undefined;
    chunks.push({ chunk: next - 1, word: nextWord });
    next = follower;
  }
  return load(memory.words, start + C_STATE) === word ? chunks : undefined;
}

/** What says that a chunk with that state word was in its list once. */
function markOf(word: number): number {
  return slotWord(LIVE, nobody, generationOf(word));
}

function refuse(): never {
  fail('ENOSPC', `The sync object has all its points (${pointsPerSyncObject}) pending.`, {
    limit: 'pointsPerSyncObject',
    value: pointsPerSyncObject,
  });
}
