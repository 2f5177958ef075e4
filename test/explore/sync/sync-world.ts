/** A space with one sync object, held by some agents, whose chunks hold two links each. */
import assert from 'node:assert/strict';
import type { Patch } from 'fenceline/check';
import { C_OWNER, C_STATE, CHUNK_WORDS } from '#fenceline/base/layout.js';
import type { Agent, Memory } from '#fenceline/cells/memory.js';
import { LIVE, stateOf } from '#fenceline/cells/slot.js';
import { type Chain, type Leaf, type Link, linkAfter } from '#fenceline/fence/chain.js';
import { chunksInList } from '#fenceline/fence/link-list.js';
import { createSyncObject, dropSyncObject, holdSyncObject, listOf } from '#fenceline/fence/sync-object.js';
import { assertEmpty } from '../schedule/accounting.ts';
import { newSpace, type Space, small } from '../schedule/space-world.ts';
import { agentIn, shrink } from '../world.ts';

export interface SyncSpace extends Space {
  readonly object: number;
}

/** Two links a chunk, so that a few links are several nodes; and lists are written anew with four. */
export const tiny: readonly Patch[] = [
  ...small,
  shrink('src/base/layout.ts', 'CHUNK_WORDS', 20),
  shrink('src/fence/link-list.ts', 'renewLeast', 4),
];

/** The last agent seated is the undertaker, which holds nothing. */
export function newSyncSpace(seated: number, chunks: number, timelines = 1): SyncSpace {
  const space = newSpace({ seated, chunks, timelines });
  const id = createSyncObject(agentIn(space, 0));
  for (let index = 1; index < seated - 1; index++) assert(holdSyncObject(agentIn(space, index), id));
  return { ...space, object: id.syncObject };
}

/** A point of a job's lane that nobody signals. */
export function pendingLeaf(memory: Memory, seqno: number): Leaf {
  return { timeline: memory.layout.limits.timelines, generation: 0, seqno };
}

/** What is added in a scenario: the number of the leaf tells which it is. */
export interface Added {
  readonly point: number;
  readonly leaf: Leaf;
}

/**
 * Throws unless the chain has come about by adding some of `added`, each once, in the order in which each agent did.
 * Outcomes: the numbers of the leaves, oldest first.
 */
export function assertGrown(chain: Chain, added: readonly (readonly Added[])[]): readonly number[] {
  const seen = chain.map(({ leaves }) => leaves[0]?.seqno ?? -1);
  assert.equal(new Set(seen).size, seen.length, `Each link is there once, not ${seen.join(', ')}.`);
  const all = added.flat();
  let head: Link | undefined;
  for (const [index, link] of chain.entries()) {
    const one = all.find(({ leaf }) => leaf.seqno === seen[index]);
    assert(one, `Somebody added the link of ${seen[index]}.`);
    head = linkAfter(head, one.point, link.leaves);
    assert.deepEqual(
      [link.seqno, link.prevSeqno],
      [head.seqno, head.prevSeqno],
      `The numbers of link ${index} are right.`,
    );
  }
  for (const ones of added) {
    const own = ones.map(({ leaf }) => leaf.seqno).filter((seqno) => seen.includes(seqno));
    assert.deepEqual(
      own,
      seen.filter((seqno) => own.includes(seqno)),
      'One agent’s links are in its order.',
    );
    const expected = ones.slice(0, own.length).map(({ leaf }) => leaf.seqno);
    assert.deepEqual(own, expected, 'An agent’s later link is not there without its earlier one.');
  }
  return seen;
}

/** Throws unless the chunks in use are those of the list; then everybody drops the object, and nothing is left. */
export function assertExact(space: SyncSpace): void {
  const { memory, layout } = space;
  const listed = chunksInList(memory, listOf(memory, space.object));
  for (let chunk = 0; chunk < layout.limits.chunks; chunk++) {
    const at = layout.chunks + chunk * CHUNK_WORDS;
    const isLive = stateOf(memory.words[at + C_STATE] ?? 0) === LIVE;
    assert.equal(
      isLive,
      listed.has(chunk),
      `Chunk ${chunk} (of ${memory.words[at + C_OWNER]}) is in use and in the list.`,
    );
  }
  for (const agent of space.agents) dropSyncObject(agent, space.object, agent.index);
  assertEmpty(space);
}

export function agentOf(space: SyncSpace, names: readonly string[], name: string): Agent {
  return agentIn(space, names.indexOf(name));
}
