/**
 * Which buffer leaves a heap when room is needed. A policy is an agent's private cache for one heap: it orders the
 * buffers that live there, knows no shared word, and can be thrown away and built again at any time from the histories
 * (history.ts) in the buffers' slots, by telling it each of them with `update`.
 *
 * So it may be behind: other agents use, free and move buffers. Whoever evicts looks at the victim's slot before, and
 * tells the policy what it found (`update`, `remove`, or `hold` if it may not be touched), then asks again.
 *
 * One job, as the manager tells it:
 *
 *     noteJob(clock, spaceTime); policy.updateClient(client, clock, buffers)  // client-clock.ts
 *     policy.hold(buffer)                                               // each buffer of the job that lives here
 *     policy.choose(missing, spaceTime, victims); policy.remove(victim) // if room is missing; each victim that left
 *     noteUse(history, client, time, spaceTime); policy.update(buffer, history); policy.release(buffer)
 *
 * Buffers are named by slot index, clients by theirs. Times of the space are numbers that do not wrap. Everything here
 * is synchronous and costs O(log n), times the number of victims and of clients for `choose`.
 */
export interface ReplacementPolicy {
  readonly name: 'horizon' | 'lru';
  /** Buffers it knows to live here, held ones too. */
  readonly count: number;
  /** The room they take, in the unit of their histories. */
  readonly size: number;

  /**
   * A client's clock (client-clock.ts) as it is now. Tell it when a job of the client starts, before `choose`.
   *
   * @param job The buffers of the job that starts, wherever they live. Without them the policy still works, but does not
   * recognise what the client's jobs repeat.
   */
  updateClient(client: number, clock: Int32Array, job?: readonly number[]): void;

  /**
   * This buffer lives here, and this is its history (history.ts): after a use, a move into this heap, a change of size, of
   * what its eviction costs or of its priority. Telling what is known already changes nothing. The words are copied.
   */
  update(buffer: number, history: Int32Array): void;

  /** It does not live here any more: evicted or moved. Its queued use is kept. Unknown ones are ignored. */
  remove(buffer: number): void;

  /** It was freed: the next buffer of this number is another one. */
  forget(buffer: number): void;

  /** It cannot be evicted now: a job uses it, it is pinned, or its lock could not be had. */
  hold(buffer: number): void;

  /** It can be evicted again. */
  release(buffer: number): void;

  /**
   * A queued job will use it when the space's clock shows `spaceTime`: exact knowledge, which replaces every guess. Of
   * several uses tell the next one. It may be told of a buffer that lives elsewhere. The use itself ends it (`update`).
   */
  queue(buffer: number, spaceTime: number): void;

  /** The queued job was withdrawn. */
  unqueue(buffer: number): void;

  /**
   * Proposes what to evict so that `needed` comes free, chosen as a whole: best victim first, none that is not needed.
   * Appends to `victims`. Nothing changes until `remove`; who could evict only some asks again for the rest.
   *
   * @param needed In the unit of the histories. Infinity: everything, in order.
   * @param spaceTime Jobs of all clients that have started, the one that needs the room included.
   * @param client Only what this client used last; without it, whatever lives here.
   * Outcomes: true if the victims suffice; false if they are all that is not held and do not.
   */
  choose(needed: number, spaceTime: number, victims: number[], client?: number): boolean;

  /** Forgets everything it was told. */
  clear(): void;
}
