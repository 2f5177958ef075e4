/**
 * Which classes of locks were held while which others were taken: one graph for all agents, which only grows.
 *
 * Two matrices of bits. `nested`: both locks under one ticket that has an age, which gives way instead of deadlocking.
 * `strong`: everything else. A cycle can deadlock if one of its edges is strong: nobody on that edge gives way.
 * Order of steps: the record of who saw the edge first (one compare-exchange), then its bit (one `or`), then the search.
 * Why no cycle is missed: whoever learns an edge sets its bit before it searches. Of several agents that each learn a
 * part of a cycle, the one whose bit came last finds all bits. Nothing needs a lock, nothing needs a repair: each of the
 * two stores is a commit, and what an agent had learnt stays known when it dies. If the last one dies between its bit and
 * its search, whoever next comes to an edge of the cycle for the first time (each agent searches once per edge) finds it.
 */

import { ticketsPerAgent } from '../base/limits.ts';
import { NAME_WORDS } from '../base/validator-layout.ts';
import { cas, load, or } from '../cells/cell.ts';
import type { Agent, Memory } from '../cells/memory.ts';
import { nameAt, numberOfName } from './names.ts';

export const STRONG = 0;
export const NESTED = 1;

export interface Edge {
  readonly kind: number;
  readonly from: number;
  readonly to: number;
}

/** Who saw an edge first. */
export interface Sighting {
  /** -1: nobody; the edge is the documented order. */
  readonly agent: number;
  readonly ticket: number;
  readonly takenAt: string;
  readonly waitsAt: string;
}

/** Begins the names of classes that are no locks of users: no label is taken for one of them. */
const own = '\u0001';

/** Number of a class of the validator's own. */
export function ownClassNumber(memory: Memory, name: string): number {
  return numberOf(memory, `${own}${name}`);
}

/** Number of the class; -1 if the table is full. */
export function classNumber(memory: Memory, name: string): number {
  return numberOf(memory, name.replaceAll(own, ' '));
}

function numberOf({ words, layout }: Memory, name: string): number {
  return numberOfName(words, layout.validator.classes, layout.limits.lockClasses, name);
}

export function className(memory: Memory, lockClass: number): string {
  return nameAt(memory.words, memory.layout.validator.classes, lockClass).replace(own, '');
}

/** Number of a place in the code, + 1; 0 if it is unknown or the table is full. */
export function placeNumber(memory: Memory, place: string): number {
  const { words, layout } = memory;
  return place === '' ? 0 : numberOfName(words, layout.validator.places, layout.validator.placeCount, place) + 1;
}

/** Its place in the graph, below 2 n². */
export function edgeIndex(memory: Memory, kind: number, from: number, to: number): number {
  const count = memory.layout.limits.lockClasses;
  return (kind * count + from) * count + to;
}

/** Makes the edge known to all. `ticket`: id over all agents, or -1. Places as `placeNumber` gives them. */
export function learnEdge(
  agent: Agent,
  { kind, from, to }: Edge,
  ticket: number,
  takenAt: number,
  waitsAt: number,
): void {
  const { words, layout } = agent;
  const ticketWord = ticket < 0 ? 0 : (ticket % ticketsPerAgent) + 1;
  const sighting = (agent.index + 1) | (ticketWord << 6) | (takenAt << 11) | (waitsAt << 21);
  cas(words, layout.validator.sightings + edgeIndex(agent, kind, from, to), 0, sighting);
  setEdge(agent, kind, from, to);
}

/** The documented order: an edge that nobody needs to have seen. */
export function primeEdge(memory: Memory, from: number, to: number): void {
  setEdge(memory, STRONG, from, to);
}

export function sightingOf(memory: Memory, { kind, from, to }: Edge): Sighting {
  const { words, layout } = memory;
  const word = load(words, layout.validator.sightings + edgeIndex(memory, kind, from, to));
  const [takenAt, waitsAt] = [(word >>> 11) & 0x3ff, word >>> 21];
  return {
    agent: (word & 63) - 1,
    ticket: ((word >>> 6) & 31) - 1,
    takenAt: takenAt === 0 ? '' : nameAt(words, layout.validator.places, takenAt - 1),
    waitsAt: waitsAt === 0 ? '' : nameAt(words, layout.validator.places, waitsAt - 1),
  };
}

/** The way from the end of an edge back to its beginning that makes a cycle which can deadlock; undefined if there is none. */
export function wayBack(memory: Memory, { kind, from, to }: Edge): readonly Edge[] | undefined {
  const count = memory.layout.limits.lockClasses;
  // A state is a class, and whether a strong edge was passed: `class + count` if so.
  const start = kind === STRONG ? to + count : to;
  const cameBy: (Edge | undefined)[] = [];
  const cameFrom: (number | undefined)[] = [];
  const queue = [start];
  for (let at = 0; at < queue.length; at++) {
    const state = queue[at] as number;
    if (state === from + count) return trail(cameBy, cameFrom, start, state);
    const here = state % count;
    for (let next = 0; next < 2 * count; next++) {
      const [edgeKind, there] = [next < count ? STRONG : NESTED, next % count];
      if (!hasEdge(memory, edgeKind, here, there)) continue;
      const reached = edgeKind === STRONG || state >= count ? there + count : there;
      if (reached === start || cameBy[reached] !== undefined) continue;
      cameBy[reached] = { kind: edgeKind, from: here, to: there };
      cameFrom[reached] = state;
      queue.push(reached);
    }
  }
  return undefined;
}

/** All edges that are known, in order of their classes. */
export function edgesOf(memory: Memory): Edge[] {
  const { words, layout } = memory;
  const edges: Edge[] = [];
  for (let from = 0; from < layout.limits.lockClasses; from++) {
    if (load(words, layout.validator.classes + from * NAME_WORDS) === 0) break;
    for (let to = 0; to < layout.limits.lockClasses; to++) {
      if (hasEdge(memory, STRONG, from, to)) edges.push({ kind: STRONG, from, to });
      else if (hasEdge(memory, NESTED, from, to)) edges.push({ kind: NESTED, from, to });
    }
  }
  return edges;
}

function trail(
  cameBy: readonly (Edge | undefined)[],
  cameFrom: readonly (number | undefined)[],
  start: number,
  end: number,
): Edge[] {
  const edges: Edge[] = [];
  for (let state = end; state !== start; state = cameFrom[state] as number) edges.unshift(cameBy[state] as Edge);
  return edges;
}

function hasEdge(memory: Memory, kind: number, from: number, to: number): boolean {
  return (load(memory.words, edgeWord(memory, kind, from, to)) & (1 << (to & 31))) !== 0;
}

function setEdge(memory: Memory, kind: number, from: number, to: number): void {
  or(memory.words, edgeWord(memory, kind, from, to), 1 << (to & 31));
}

function edgeWord({ layout }: Memory, kind: number, from: number, to: number): number {
  const { edges, rowWords } = layout.validator;
  return edges + (kind * layout.limits.lockClasses + from) * rowWords + (to >>> 5);
}
