/**
 * What a policy copies of the buffers that live in its heap, by buffer: size, client, priority, when it was used, whether
 * it is held, and for when it is queued. Plain columns that grow; no order.
 */
import { clientOf, isFinal, movesOf, priorityOf, sizeOf } from './history.ts';

const LIVES = 1;
const HELD = 2;
const RECENT = 4;

/** A queued time that is not there. */
const notQueued = -1;

export class Residents {
  count = 0;
  /** The room that all of them take. */
  size = 0;
  #flags: Uint8Array = new Uint8Array(0);
  #priority: Uint8Array = new Uint8Array(0);
  #moves: Uint8Array = new Uint8Array(0);
  #client: Uint16Array = new Uint16Array(0);
  #size: Float64Array = new Float64Array(0);
  #usedAt: Float64Array = new Float64Array(0);
  #queuedAt: Float64Array = new Float64Array(0);

  /** It lives here, as its history says. `usedAt`: from there, on a clock that does not wrap. A queued use that is over by `usedAt` is forgotten. */
  put(buffer: number, history: Int32Array, usedAt: number): void {
    this.#reach(buffer);
    const size = sizeOf(history);
    const flags = this.#flags[buffer] as number;
    if ((flags & LIVES) === 0) {
      this.#flags[buffer] = flags | LIVES;
      this.count++;
    } else {
      this.size -= this.sizeOf(buffer);
    }
    this.size += size;
    this.#size[buffer] = size;
    this.#priority[buffer] = priorityOf(history);
    this.#moves[buffer] = isFinal(history) ? 0 : movesOf(history);
    this.#client[buffer] = clientOf(history);
    this.#usedAt[buffer] = usedAt;
    if (this.queuedAt(buffer) <= usedAt) this.#queuedAt[buffer] = notQueued;
  }

  /** Outcomes: true if it lived here. */
  remove(buffer: number): boolean {
    if (!this.lives(buffer)) return false;
    this.#flags[buffer] = (this.#flags[buffer] as number) & ~LIVES;
    this.count--;
    this.size -= this.sizeOf(buffer);
    return true;
  }

  /** Not held and not queued any more. It does not live here. */
  forget(buffer: number): void {
    this.release(buffer);
    this.unqueue(buffer);
  }

  hold(buffer: number): void {
    this.#reach(buffer);
    this.#flags[buffer] = (this.#flags[buffer] as number) | HELD;
  }

  release(buffer: number): void {
    if (buffer < this.#flags.length) this.#flags[buffer] = (this.#flags[buffer] as number) & ~HELD;
  }

  queue(buffer: number, spaceTime: number): void {
    this.#reach(buffer);
    this.#queuedAt[buffer] = spaceTime;
  }

  unqueue(buffer: number): void {
    if (buffer < this.#queuedAt.length) this.#queuedAt[buffer] = notQueued;
  }

  lives(buffer: number): boolean {
    return ((this.#flags[buffer] ?? 0) & LIVES) !== 0;
  }

  /** A mark for whoever keeps what was used just now apart. */
  isRecent(buffer: number): boolean {
    return ((this.#flags[buffer] ?? 0) & RECENT) !== 0;
  }

  /** `buffer`: one that lives or lived here. */
  markRecent(buffer: number, isRecent: boolean): void {
    const flags = this.#flags[buffer] as number;
    this.#flags[buffer] = isRecent ? flags | RECENT : flags & ~RECENT;
  }

  /** It lives here and nobody holds it. */
  isCandidate(buffer: number): boolean {
    return ((this.#flags[buffer] ?? 0) & (LIVES | HELD)) === LIVES;
  }

  sizeOf(buffer: number): number {
    return this.#size[buffer] ?? 0;
  }

  priorityOf(buffer: number): number {
    return this.#priority[buffer] ?? 0;
  }

  /** How often its bytes are copied because it was evicted: 0, 1 or 2. */
  movesOf(buffer: number): number {
    return this.#moves[buffer] ?? 0;
  }

  clientOf(buffer: number): number {
    return this.#client[buffer] ?? 0;
  }

  usedAt(buffer: number): number {
    return this.#usedAt[buffer] ?? 0;
  }

  /** When a queued job uses it, or -1. */
  queuedAt(buffer: number): number {
    return this.#queuedAt[buffer] ?? notQueued;
  }

  clear(): void {
    this.count = 0;
    this.size = 0;
    this.#flags.fill(0);
    this.#queuedAt.fill(notQueued);
  }

  #reach(buffer: number): void {
    const length = this.#flags.length;
    if (buffer < length) return;
    const longer = Math.max(buffer + 1, 2 * length, 64);
    this.#flags = copied(this.#flags, new Uint8Array(longer));
    this.#priority = copied(this.#priority, new Uint8Array(longer));
    this.#moves = copied(this.#moves, new Uint8Array(longer));
    this.#client = copied(this.#client, new Uint16Array(longer));
    this.#size = copied(this.#size, new Float64Array(longer));
    this.#usedAt = copied(this.#usedAt, new Float64Array(longer));
    this.#queuedAt = copied(this.#queuedAt, new Float64Array(longer).fill(notQueued));
  }
}

function copied<T extends { set(from: T): void }>(from: T, to: T): T {
  to.set(from);
  return to;
}
