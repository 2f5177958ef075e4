/** What the lock scenarios share: a ticket that takes several locks the way a transaction does, by blocking. */
import assert from 'node:assert/strict';
import { forgetSince, learnt } from 'fenceline/check';
import { L_HANDOFF, L_WORD } from '#fenceline/base/layout.js';
import { add, load, store } from '#fenceline/cells/cell.js';
import type { Agent } from '#fenceline/cells/memory.js';
import { acquireSync } from '#fenceline/lock/lock-wait.js';
import { agentOfTicket, closeTicket, openTicket, type Rule, type Ticket } from '#fenceline/lock/ticket.js';
import { clearSuspect, holderOf, releaseLock } from '#fenceline/lock/ww-lock.js';
import { type LockSet, lockStep, openLockSet } from '#fenceline/reservation/lock-set.js';
import { agentIn, assertForgotten, bury, lockAt, newWorld, scratchAt, type World, type WorldSize } from '../world.ts';

export interface LockWorld extends World {
  /** What its tickets go by. */
  readonly rule: Rule;
}

/** Scratch words from here on: by lock, how often it was found suspect, and whether the dead agent held it. */
const found = 16;
const heldByDead = 24;

export interface Taken {
  /** Order of the ticket's birth, from 1. */
  readonly stamp: number;
  /** How often it gave back everything for an older one. */
  readonly deaths: number;
}

/** The low word of a stamp turns negative with the second ticket. */
const firstStamp = 2 ** 31 - 1;

export function newLockWorld(size: WorldSize, rule: Rule = 'wait-die'): LockWorld {
  const world = newWorld(size);
  world.memory.stamps[0] = BigInt(firstStamp - 1);
  return { ...world, rule };
}

/** Two tickets that are open from the beginning, of the first two agents. */
export interface Pair extends LockWorld {
  readonly older: Ticket;
  readonly younger: Ticket;
}

export function newPairWorld(size: WorldSize, rule: Rule): Pair {
  const world = newLockWorld(size, rule);
  const open = (index: number): Ticket => openTicket(agentIn(world, index), rule);
  return { ...world, older: open(0), younger: open(1) };
}

/** Opened one after the other, oldest first. */
export interface Opened extends LockWorld {
  readonly sets: readonly [LockSet, LockSet, LockSet];
}

/** Three lock sets of wound-wait; the first `holding` of them have the lock of their number. */
export function newWoundingWorld(size: WorldSize, holding: number): Opened {
  const world = newLockWorld(size);
  const open = (index: number): LockSet => openLockSet(agentIn(world, index), 'wound-wait');
  const sets = [open(0), open(1), open(2)] as const;
  for (const [index, set] of sets.slice(0, holding).entries()) {
    assert.equal(lockStep(agentIn(world, index), set, lockAt(world, index)), 'acquired');
  }
  return { ...world, sets };
}

/** Takes the locks in this order, adds one to the word behind each of `counted`, and gives them back. */
export function takeAll(
  world: LockWorld,
  index: number,
  order: readonly number[],
  opened?: Ticket,
  counted: readonly number[] = order,
): Taken {
  const agent = agentIn(world, index);
  const ticket = opened ?? openTicket(agent, world.rule);
  let deaths = 0;
  let contended = -1;
  const before = learnt();
  /** All that is known between two calls. `place` is at which of them. */
  const keep = (place: number, held: readonly number[]): void => {
    forgetSince(before, place, deaths, contended, ticket.holding, ticket.waitingAt, ticket.losses, ...held);
  };
  // Arrays that leave the function would count as shared by the explorer: `held` stays inside.
  for (;;) {
    const held: number[] = [];
    let died = -1;
    if (contended >= 0 && takeOne(world, agent, ticket, contended)) held.push(contended);
    keep(FIRST, held);
    for (const lock of order) {
      if (held.includes(lock)) continue;
      const isTaken = takeOne(world, agent, ticket, lock);
      if (isTaken) held.push(lock);
      else died = lock;
      keep(isTaken ? TAKEN : DIED, held);
      if (!isTaken) break;
    }
    if (died < 0) break;
    for (let at = held.length - 1; at >= 0; at--) {
      releaseLock(agent, lockAt(world, held[at] as number), ticket);
      keep(GIVEN + at, [died, ...held]);
    }
    contended = died;
    deaths++;
  }
  for (const lock of counted) {
    addOne(world, lock);
    if (opened === undefined) {
      assert.equal(load(agent.words, lockAt(world, lock) + L_WORD) & SUSPECT, 0, 'Who takes a suspect lock is told.');
    }
    keep(COUNTED + lock, []);
  }
  for (let at = order.length - 1; at >= 0; at--) {
    releaseLock(agent, lockAt(world, order[at] as number), ticket);
    keep(RETURNED + at, []);
  }
  if (opened === undefined) closeTicket(agent, ticket);
  assert.equal(ticket.holding, 0);
  return { stamp: ticket.stamp - firstStamp + 1, deaths };
}

/** Places in takeAll; the lock in the loop follows from what is held. */
const FIRST = 0;
const TAKEN = 1;
const DIED = 2;
const COUNTED = 10;
const GIVEN = 20;
const RETURNED = 30;

function takeOne(world: LockWorld, agent: Agent, ticket: Ticket, lock: number): boolean {
  const outcome = acquireSync(agent, lockAt(world, lock), ticket, Number.POSITIVE_INFINITY);
  if (outcome === 'die') return false;
  assert(outcome === 'acquired' || outcome === 'suspect', `An endless wait for lock ${lock} ended with ${outcome}.`);
  noteSuspect(world, agent, lock, outcome);
  return true;
}

export function noteSuspect(world: LockWorld, agent: Agent, lock: number, outcome: string): void {
  if (outcome !== 'suspect') return;
  noteFound(world, lock);
  clearSuspect(agent, lockAt(world, lock));
}

/** An agent found the lock suspect. In shared memory, which partial orders see, as they do not see plain objects. */
export function noteFound(world: LockWorld, lock: number): void {
  add(world.memory.words, scratchAt(world, found + lock), 1);
}

/** The agent that died held the lock. */
export function noteHeldByDead(world: LockWorld, lock: number): void {
  store(world.memory.words, scratchAt(world, heldByDead + lock), 1);
}

/** Two agents inside at once would lose one of the additions. */
export function addOne(world: LockWorld, lock: number): void {
  const at = scratchAt(world, lock);
  store(world.memory.words, at, load(world.memory.words, at) + 1);
}

/** How often a lock's word was added to. */
export function countOf(world: LockWorld, lock: number): number {
  return scratchOf(world, lock);
}

function scratchOf(world: LockWorld, word: number): number {
  return world.memory.words[scratchAt(world, word)] ?? 0;
}

/** Everybody who lives added to each, and who died may have: two inside at once would have lost an addition. */
export function assertCounted(world: LockWorld, locks: readonly number[], least: number, most: number): void {
  for (const lock of locks) {
    const count = countOf(world, lock);
    assert(count >= least && count <= most, `Lock ${lock} was taken by ${least} to ${most}, and counted ${count}.`);
  }
}

/** The proof of an agent's stop and the repair; what it held is noted first. */
export function buryHolder(world: LockWorld, dead: number): void {
  const agent = agentIn(world, world.agents.length - 1);
  const before = learnt();
  for (let lock = 0; lock < world.layout.limits.buffers; lock++) {
    const holder = holderOf(agent, lockAt(world, lock));
    if (holder >= 0 && agentOfTicket(holder) === dead) noteHeldByDead(world, lock);
    forgetSince(before, lock);
  }
  bury(world, dead);
}

export const SUSPECT: number = 1 << 28;
const OWNER = 0x0fffffff;

/** At the end: every lock is free and kept for nobody, suspect exactly if its holder died and nobody took it since, and found so once. */
export function assertLocksAtRest(world: LockWorld, dead: number | undefined): void {
  for (let lock = 0; lock < world.layout.limits.buffers; lock++) {
    const word = world.memory.words[lockAt(world, lock) + L_WORD] ?? 0;
    assert.equal(word & OWNER, 0, `Lock ${lock} is free at the end.`);
    assert.equal(world.memory.words[lockAt(world, lock) + L_HANDOFF], 0, `Lock ${lock} is kept for nobody at the end.`);
    const times = scratchOf(world, found + lock) + ((word & SUSPECT) !== 0 ? 1 : 0);
    const expected = scratchOf(world, heldByDead + lock);
    assert.equal(times, expected, `Lock ${lock} was suspect ${times} times; its holder died ${expected} times.`);
  }
  if (dead !== undefined) assertForgotten(world, dead);
}
