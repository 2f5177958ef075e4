/**
 * Making room in a heap: whoever needs memory moves out what nobody uses (Linux: ttm_bo_evict_alloc).
 *
 * A victim is a buffer whose block is in the heap, that nobody pins, and of whose reservation nothing is pending. It leaves
 * for the next heap of its list that takes it, else for the swap heap; contents that nobody may look at, or that can be made again, are dropped.
 *
 * State: nothing beyond that of moves (move.ts). Order of one eviction, by whoever holds the ticket of `request.set`:
 *   1. look without the lock: pinned, in use -> not now
 *   2. try the victim's lock, without waiting. Held by somebody: ask its holder to ring, note it as contended, next
 *   3. look again under the lock: everything may have changed since the list was made, the slot may be another buffer's
 *   4. **move or drop** (move.ts)
 *   5. give the lock back; a buffer that was closed meanwhile is released, for its closer found the lock held
 *
 * Why nobody waits here: locks are tried, never waited for, so requesters that hold locks cannot block each other. Why
 * contention is never taken for a lack of memory (design D8): `request.contended` names a victim that could be had once its
 * lock is free. A job then stays queued, and the release rings it; a transaction takes that lock through its ticket, and
 * either gets it or gives way, and begins again with it.
 * Why no lost wake-up: who is refused has entered H_QUEUED_INTEREST before it tried for the last time; a lock that was held
 * then is marked (`askToBeRung`), a buffer that was in use rings when its job ends, and freed memory rings always.
 * Why it ends: each buffer of the list is tried once, each eviction within an eviction goes to a heap further down a list,
 * and heaps on the way are not entered twice (`request.entered`).
 *
 * Where there is room enough, but in pieces, others are moved within the heap instead, by the same steps: shiftLocked.
 *
 * Not here: what counts as in use (the scheduler knows which points were given back), who waits, in which order.
 */
import { B_STATE, P_BUDGET, P_USED } from '../base/layout.ts';
import { bufferAt, bufferSizeBytes, lockOf } from '../buffer/buffer.ts';
import { load } from '../cells/cell.ts';
import type { Agent } from '../cells/memory.ts';
import { CLOSED, CLOSING, LIVE, stateOf } from '../cells/slot.ts';
import { TRACE_EVICTED, TRACE_MOVED } from '../cells/trace.ts';
import { askToBeRung, clearSuspect } from '../lock/ww-lock.ts';
import type { LockSet } from '../reservation/lock-set.ts';
import { releaseSince, tryLock } from '../reservation/lock-set.ts';
import { chargedHeap, clientOf, hasAccountBudget, mayEverFit, shortAccount } from './account.ts';
import { hasBudget } from './allocator.ts';
import { heapAt } from './block-chain.ts';
import { buffersIn } from './buffers-in.ts';
import { FILL_CLEAN, fillOf, forgetContents } from './filling.ts';
import { leaversOf, whoGoesFirst } from './first-to-go.ts';
import { dropLocked, isNeeded, moveIntoLocked, moveLocked } from './move.ts';
import { isPinned } from './pins.ts';
import { takeBlockIn, tryRelease } from './placement.ts';
import { notePressure } from './pressure.ts';
import { HEAP_MEMORY, HEAP_SWAP, kindOfHeap, placeAt, rankOf, residenceOf, swapHeapOf } from './residence.ts';
import { separators } from './separators.ts';
import { unitsOf } from './size-class.ts';
import { type Candidate, orderVictims, type Standing, standingsIn } from './victim-order.ts';

const noStandings: ReadonlyMap<number, Standing> = new Map();

/** Somebody who needs room. */
export interface Request {
  /** Its locks: what it holds is no victim. */
  readonly set: LockSet;
  /** Whether nobody uses a buffer, or is about to. Asked with its lock held, and before as a look. */
  readonly isIdle: (agent: Agent, buffer: number) => boolean;
  /** Whether it holds this buffer's lock only to evict it, since an earlier attempt. */
  readonly isVictim: (buffer: number) => boolean;
  /** A buffer that could be evicted once somebody gives its lock back; -1: none was met. */
  contended: number;
  /** Heaps in which room is being made, a bit each. */
  entered: number;
  /**
   * Size of the buffer that room is made for if it is swapped out itself, else 0: the two change places, so a full swap heap
   * takes its victims beyond its budget, until the buffer has left it.
   */
  exchangedBytes: number;
}

/** A request that holds no lock of victims. */
export function newRequest(
  set: LockSet,
  isIdle: (agent: Agent, buffer: number) => boolean,
  isVictim: (buffer: number) => boolean = isNone,
): Request {
  return { set, isIdle, isVictim, contended: -1, entered: 0, exchangedBytes: 0 };
}

/**
 * Takes a block for a buffer, and evicts others until there is one. Context: no heap is locked; the buffer's lock is held.
 * Outcomes: the block, ALLOC in this agent's name; -1 if there is no room though all that can go is gone.
 */
export function takeBlockEvicting(agent: Agent, request: Request, buffer: number, heap: number): number {
  const first = takeBlockIn(agent, buffer, heap);
  if (first >= 0 || (request.entered & (1 << heap)) !== 0) return first;
  const bytes = bufferSizeBytes(agent, buffer);
  if (unitsOf(bytes) > load(agent.words, heapAt(agent, heap) + P_BUDGET)) return -1;
  if (heap === chargedHeap && !mayEverFit(agent, clientOf(agent, buffer), bytes)) return -1;
  if (request.entered === 0) request.exchangedBytes = exchangedBytesOf(agent, buffer);
  request.entered |= 1 << heap;
  notePressure(agent, heap);
  try {
    // Room enough, in pieces: nobody has to leave.
    const block = hasRoomFor(agent, buffer, heap) ? shiftFor(agent, request, buffer, heap) : -1;
    return block >= 0 ? block : evictFor(agent, request, buffer, heap);
  } finally {
    // Also if a table is full: the request may be made again.
    request.entered &= ~(1 << heap);
  }
}

/** Brings a buffer into a heap, and evicts others for it. Context: as `moveLocked`. Outcomes: false if there is no room. */
export function moveEvicting(
  agent: Agent,
  request: Request,
  buffer: number,
  heap: number,
  why: number = TRACE_MOVED,
): boolean {
  const block = takeBlockEvicting(agent, request, buffer, heap);
  return block >= 0 && moveIntoLocked(agent, buffer, block, why) === 'moved';
}

/**
 * Evicts from a heap until no more than its budget is in use, or all that can go is gone. `client`: token of an account whose
 * budget is meant instead; 0: the heap's. Outcomes: whether it is within it.
 */
export function evictToBudget(agent: Agent, request: Request, heap: number, client: number = 0): boolean {
  if (isWithinBudget(agent, heap, client)) return true;
  notePressure(agent, heap);
  for (const victim of victimsIn(agent, heap, client)) {
    tryEvict(agent, request, victim, heap);
    if (isWithinBudget(agent, heap, client)) return true;
  }
  return false;
}

/** Evicts whatever can be, from every heap that agents address: for debugging. */
export function evictAll(agent: Agent, request: Request): void {
  for (let heap = 0; heap < agent.layout.limits.heaps; heap++) {
    if (kindOfHeap(agent, heap) !== HEAP_MEMORY) continue;
    for (const victim of victimsIn(agent, heap)) tryEvict(agent, request, victim, heap);
  }
}

/** The same of one buffer whose lock the request holds. */
export function evictOwn(agent: Agent, request: Request, buffer: number): void {
  const heap = residenceOf(agent, buffer);
  // What a source has just filled for the request is not sent back to it, nor is the memory that it is about to fill.
  if (heap < 0 || kindOfHeap(agent, heap) !== HEAP_MEMORY || fillOf(agent, buffer) !== 0) return;
  evictLocked(agent, request, buffer, heap);
}

/** First within the budget of the buffer's client, where that is in the way: what others give up is no room there. Then in the heap. */
function evictFor(agent: Agent, request: Request, buffer: number, heap: number): number {
  const bytes = bufferSizeBytes(agent, buffer);
  const short = heap === chargedHeap ? shortAccount(agent, buffer, bytes) : 0;
  if (short !== 0) {
    const block = evictAmong(agent, request, buffer, heap, short);
    if (block >= 0 || shortAccount(agent, buffer, bytes) !== 0) return block;
  }
  const chosen = evictChosen(agent, request, buffer, heap);
  return chosen >= 0 ? chosen : evictAmong(agent, request, buffer, heap, 0);
}

/**
 * Evicts what this agent's policy chooses, where it has one, and clients do not decide. What cannot leave is held back, and the
 * policy asked again, a few times: whoever is left is tried in order of use. Outcomes: the block, or -1.
 */
function evictChosen(agent: Agent, request: Request, buffer: number, heap: number): number {
  const { chooser } = agent;
  if (chooser === undefined || standingsIn(agent, heap).size > 0 || !chooser.begin(agent, heap)) return -1;
  try {
    for (let round = 0; round < chosenRoundsMax; round++) {
      const victims = chooser.choose(agent, heap, bufferSizeBytes(agent, buffer));
      if (victims.length === 0) break;
      for (const victim of victims) {
        const hasLeft = tryEvict(agent, request, victim, heap);
        chooser.told(heap, victim, hasLeft);
        const block = hasLeft ? takeBlockIn(agent, buffer, heap) : -1;
        if (block >= 0) return block;
      }
    }
    return -1;
  } finally {
    chooser.end(heap);
  }
}

const chosenRoundsMax = 32;

/** Evicts until the buffer gets a block, or, with `only`, until the account of that token has room for it. Outcomes: the block, or -1. */
function evictAmong(agent: Agent, request: Request, buffer: number, heap: number, only: number): number {
  for (const victim of victimsIn(agent, heap, only)) {
    if (!tryEvict(agent, request, victim, heap)) continue;
    const block = takeBlockIn(agent, buffer, heap);
    if (block >= 0) return block;
    if (only !== 0 && hasAccountBudget(agent, only, bufferSizeBytes(agent, buffer))) break;
  }
  return -1;
}

function isWithinBudget(agent: Agent, heap: number, client: number): boolean {
  if (client !== 0) return hasAccountBudget(agent, client, 0);
  const at = heapAt(agent, heap);
  return load(agent.words, at + P_USED) <= load(agent.words, at + P_BUDGET);
}

function hasRoomFor(agent: Agent, buffer: number, heap: number): boolean {
  const bytes = bufferSizeBytes(agent, buffer);
  return hasBudget(agent, heap, bytes) && (heap !== chargedHeap || shortAccount(agent, buffer, bytes) === 0);
}

/** Moves others within the heap until the buffer gets a block. Outcomes: the block, or -1. */
function shiftFor(agent: Agent, request: Request, buffer: number, heap: number): number {
  for (const other of separators(agent, heap, unitsOf(bufferSizeBytes(agent, buffer)))) {
    if (!tryVictim(agent, request, other, heap, shiftLocked)) continue;
    const block = takeBlockIn(agent, buffer, heap);
    if (block >= 0) return block;
  }
  return -1;
}

/** To another place in its heap. For a moment it has both, and the budget holds for that moment too. Context: its lock is held. */
function shiftLocked(agent: Agent, request: Request, buffer: number, heap: number): boolean {
  if (!isMovable(agent, request, buffer, heap)) return false;
  const block = takeBlockIn(agent, buffer, heap);
  return block >= 0 && moveIntoLocked(agent, buffer, block) === 'moved';
}

/** One victim. Outcomes: whether its memory is free now. */
function tryEvict(agent: Agent, request: Request, victim: number, heap: number): boolean {
  return tryVictim(agent, request, victim, heap, evictLocked);
}

/** Does something to a buffer that nobody uses, under its lock if that takes no waiting. Outcomes: whether it was done. */
function tryVictim(agent: Agent, request: Request, victim: number, heap: number, act: Act): boolean {
  if (isPinned(agent, victim) || !request.isIdle(agent, victim)) return false;
  const { set } = request;
  const lockAt = lockOf(agent, victim);
  const heldCount = set.held.length;
  let outcome = tryLock(agent, set, lockAt);
  // Free again before we could ask: once more.
  if (outcome === 'blocked' && !askToBeRung(agent, lockAt)) outcome = tryLock(agent, set, lockAt);
  if (outcome === 'blocked') {
    if (request.contended < 0) request.contended = victim;
    return false;
  }
  if (outcome === 'already') return request.isVictim(victim) && act(agent, request, victim, heap);
  if (outcome === 'suspect') {
    // Its holder died: what it did to the buffer was finished or undone by the repair.
    clearSuspect(agent, lockAt);
    set.suspects.pop();
  }
  try {
    return act(agent, request, victim, heap);
  } finally {
    releaseSince(agent, set, heldCount);
    tryRelease(agent, victim);
  }
}

type Act = (agent: Agent, request: Request, victim: number, heap: number) => boolean;

/** Whether the buffer is still in the heap, and nobody uses or pins it. Context: its lock is held, so this stays. */
function isMovable(agent: Agent, request: Request, victim: number, heap: number): boolean {
  const state = stateOf(load(agent.words, bufferAt(agent, victim) + B_STATE));
  if (state !== LIVE && state !== CLOSING && state !== CLOSED) return false;
  if (residenceOf(agent, victim) !== heap || isPinned(agent, victim) || !request.isIdle(agent, victim)) return false;
  return true;
}

/** Context: the victim's lock is held. */
function evictLocked(agent: Agent, request: Request, victim: number, heap: number): boolean {
  if (!isMovable(agent, request, victim, heap)) return false;
  const isClosed = stateOf(load(agent.words, bufferAt(agent, victim) + B_STATE)) === CLOSED;
  if (isClosed || !isNeeded(agent, victim)) {
    dropLocked(agent, victim);
    return true;
  }
  if (fillOf(agent, victim) === FILL_CLEAN) {
    forgetContents(agent, victim);
    dropLocked(agent, victim);
    return true;
  }
  const from = rankOf(agent, victim, heap);
  for (let rank = 0; ; rank++) {
    const place = placeAt(agent, victim, rank);
    if (place < 0) break;
    if (place === heap || kindOfHeap(agent, place) !== HEAP_MEMORY) continue;
    // Further down its list others make room; further up it takes what is there, or two heaps would evict each other.
    if (
      rank > from
        ? moveEvicting(agent, request, victim, place, TRACE_EVICTED)
        : moveLocked(agent, victim, place, TRACE_EVICTED) === 'moved'
    ) {
      return true;
    }
  }
  const swap = swapHeapOf(agent);
  if (swap < 0) return false;
  const over = request.exchangedBytes === 0 ? 0 : request.exchangedBytes + bufferSizeBytes(agent, victim);
  const block = takeBlockIn(agent, victim, swap, over);
  return block >= 0 && moveIntoLocked(agent, victim, block, TRACE_EVICTED) === 'moved';
}

function exchangedBytesOf(agent: Agent, buffer: number): number {
  const residence = residenceOf(agent, buffer);
  return residence >= 0 && kindOfHeap(agent, residence) === HEAP_SWAP ? bufferSizeBytes(agent, buffer) : 0;
}

/**
 * What lives in a heap, whoever should go first at the front: by their clients (victim-order.ts), then as the policy ranks
 * them, then by priority and last use (first-to-go.ts). `only`: token of the account that they are charged to; 0: any.
 * Whoever evicts one looks at it again, under its lock.
 */
function victimsIn(agent: Agent, heap: number, only: number = 0): number[] {
  const found: Candidate[] = [];
  // By number first, so that equals go in an order that does not depend on where they lie.
  const buffers = buffersIn(agent, heap).sort((a, b) => a - b);
  for (const { buffer } of leaversOf(agent, buffers).sort(whoGoesFirst)) {
    found.push({ buffer, client: clientOf(agent, buffer), bytes: bufferSizeBytes(agent, buffer) });
  }
  const standings = only === 0 && found.length > 1 ? standingsIn(agent, heap) : noStandings;
  // Without clients the chooser was asked before.
  if (found.length > 1 && (only !== 0 || standings.size > 0)) rankFound(agent, heap, found);
  return orderVictims(found, standings, only).map(({ buffer }) => buffer);
}

/** Orders candidates as this agent's policy does, where it has one; what that leaves out stays behind, in the order given. */
function rankFound(agent: Agent, heap: number, found: Candidate[]): void {
  const ranks = new Map<number, number>();
  for (const [rank, buffer] of (agent.chooser?.rank(agent, heap) ?? []).entries()) ranks.set(buffer, rank);
  if (ranks.size === 0) return;
  const rankIn = ({ buffer }: Candidate): number => ranks.get(buffer) ?? ranks.size;
  found.sort((a, b) => rankIn(a) - rankIn(b));
}

function isNone(): boolean {
  return false;
}
