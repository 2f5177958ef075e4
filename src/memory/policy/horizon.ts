/**
 * The default replacement policy: it guesses when each buffer is needed next, and evicts what is needed last.
 *
 * 1. The guess is exact if a queued job uses the buffer; else foreseen if the client does again what it did before
 *    (replay.ts); else its last use and its interval, if its intervals repeat (intervals.ts); else what buffers of its kind
 *    and age did so far (return-table.ts).
 * 2. What moves twice because it is evicted (out and in again) counts as twice as near; what moves never leaves first.
 * 3. Time is counted in jobs of the client that used the buffer last; a client that rests adds its usual rest.
 * 4. Room for a whole job is chosen at once (whole-job.ts).
 * 5. What the job before used counts as nearer than it is: it is still busy on the device, and waiting for it costs time.
 *
 * Each client has a shelf for every way to guess and every cost, in an order that time does not change: so a victim is the
 * best of a few tops. Source: Belady's rule on guesses, as Hawkeye and LHD do for caches; nobody's code.
 */
import { Ages } from './ages.ts';
import { CLOCK_WORDS, L_STARTED_AT, L_TIME, restOf } from './client-clock.ts';
import { clientOf, prioritiesMax, unwrapped, V_USED, V_USED_AT } from './history.ts';
import { OnShelves } from './on-shelves.ts';
import { Replay } from './replay.ts';
import { type Candidate, victimsFor } from './whole-job.ts';

/** Ways to guess, as shelves: nothing to guess, when a queued job uses it, when it is foreseen or repeats, how far by age. */
const GONE = 0;
const QUEUED = 1;
const FORESEEN = 2;
const REPEATS = 3;
const AGED = 4;
const waysCount = 5;
/** Each way for what moves once and for what moves twice. */
const shelvesPerPriority = 2 * waysCount;
const shelvesPerClient = prioritiesMax * shelvesPerPriority;

/** What the job before used counts as this much nearer. */
const busyShare = 0.4;
/** Buffers that are kept apart because they were used just now; more than these are put on shelves at once. */
const recentMax = 256;
/** The tables draw conclusions every so many jobs. */
const learnEvery = 32;
/** Keys of aged buffers that are brought up to date per victim, at most. */
const refreshMax = 8;
/** Keys that are too great by less than this are as good. */
const refreshShare = 0.8;

interface Client {
  readonly id: number;
  readonly clock: Int32Array;
  readonly replay: Replay;
  /** Its time, on a clock that does not wrap. */
  time: number;
  /** How long until its next job, while a victim is chosen. */
  rest: number;
}

export class Horizon extends OnShelves {
  override readonly name = 'horizon';
  readonly #ages: Ages = new Ages();
  readonly #clients: Client[] = [];
  /** By number of the client. */
  readonly #byId: (Client | undefined)[] = [];
  /** Candidates that were used by the latest two jobs, on no shelf. */
  readonly #recent: number[] = [];
  /** Taken off their shelves by `choose`; back on them before the next one, if they still live here. */
  readonly #proposed: number[] = [];
  #now = 0;
  /** When the last of the queued jobs that it was told of starts. */
  #queuedUntil = 0;
  #jobs = 0;
  /** What `#guess` found. */
  #way = GONE;
  #key = 0;

  override updateClient(client: number, clock: Int32Array, job?: readonly number[]): void {
    const state = this.#clientOf(client);
    state.clock.set(clock.subarray(0, CLOCK_WORDS));
    state.time = Math.max(state.time, unwrapped(clock[L_TIME] ?? 0, state.time));
    this.#now = Math.max(this.#now, unwrapped(clock[L_STARTED_AT] ?? 0, this.#now));
    this.#ages.comeOfAge(client, state.time, this.#replace);
    if (++this.#jobs % learnEvery === 0) for (const { id } of this.#clients) this.#ages.learn(id);
    if (job === undefined) return;
    if (state.replay.startJob(job)) state.replay.passed(this.#replace);
    else this.#dropForeseen(state);
  }

  override update(buffer: number, history: Int32Array): void {
    const usedAt = unwrapped(history[V_USED_AT] ?? 0, this.#now);
    this.#now = Math.max(this.#now, usedAt);
    const client = this.#clientOf(clientOf(history));
    const used = unwrapped(history[V_USED] ?? 0, client.time);
    client.time = Math.max(client.time, used);
    this.residents.put(buffer, history, usedAt);
    this.#ages.noteUse(buffer, client.id, used, client.time, history);
    this.place(buffer);
  }

  override forget(buffer: number): void {
    super.forget(buffer);
    this.#ages.forget(buffer);
    for (const { replay } of this.#clients) replay.forget(buffer);
  }

  override queue(buffer: number, spaceTime: number): void {
    super.queue(buffer, spaceTime);
    this.#queuedUntil = Math.max(this.#queuedUntil, spaceTime);
  }

  override choose(needed: number, spaceTime: number, victims: number[], client?: number): boolean {
    this.#now = Math.max(this.#now, spaceTime);
    this.#putBack();
    this.#shelveRecent();
    for (const state of this.#clients) {
      state.rest = restOf(state.clock, this.#now);
      state.replay.foresee(this.#replace);
    }
    const recent = this.#rankedRecent(client);
    let room = 0;
    for (const victim of victimsFor(needed, () => this.#next(recent, client))) {
      victims.push(victim.buffer);
      room += victim.size;
    }
    return room >= needed;
  }

  override clear(): void {
    super.clear();
    this.#ages.clear();
    this.#clients.length = 0;
    this.#byId.length = 0;
    this.#recent.length = 0;
    this.#proposed.length = 0;
    this.#now = 0;
    this.#queuedUntil = 0;
  }

  /** Puts a candidate on the shelf it belongs to now, or among the recent ones. */
  protected override place(buffer: number): void {
    if (!this.residents.isCandidate(buffer)) return;
    if (this.#isBusy(buffer) && this.residents.queuedAt(buffer) < 0 && this.#recent.length < recentMax) {
      this.shelves.take(buffer);
      if (this.residents.isRecent(buffer)) return;
      this.residents.markRecent(buffer, true);
      this.#recent.push(buffer);
      return;
    }
    this.#shelve(buffer);
  }

  /** Orders a candidate anew that is on a shelf. Bound, because it is handed to others. */
  readonly #replace = (buffer: number): void => {
    if (this.shelves.shelfOf(buffer) >= 0) this.#shelve(buffer);
  };

  #shelve(buffer: number): void {
    const residents = this.residents;
    this.#guess(buffer);
    const twice = residents.movesOf(buffer) > 1 ? 1 : 0;
    const first = residents.clientOf(buffer) * shelvesPerClient + residents.priorityOf(buffer) * shelvesPerPriority;
    this.shelves.put(buffer, first + 2 * this.#way + twice, this.#key);
  }

  /** How to tell when this buffer is needed next, and the key of that way. */
  #guess(buffer: number): void {
    const client = this.#clientOf(this.residents.clientOf(buffer));
    const queuedAt = this.residents.queuedAt(buffer);
    const ahead = client.replay.distanceOf(buffer);
    const expectedAt = this.#ages.expectedAt(buffer, client.time);
    if (this.residents.movesOf(buffer) === 0) {
      this.#way = GONE;
      this.#key = 0;
    } else if (queuedAt >= 0) {
      this.#way = QUEUED;
      this.#key = queuedAt;
    } else if (ahead > 0) {
      this.#way = FORESEEN;
      this.#key = client.time + ahead;
    } else if (expectedAt >= 0) {
      this.#way = REPEATS;
      this.#key = expectedAt;
    } else {
      this.#way = AGED;
      this.#key = this.#ages.distanceOf(buffer);
    }
  }

  /** How far away the next use counts as, in jobs: of the space if it is queued, else of the client, and its rest. */
  #distance(client: Client, way: number, key: number): number {
    if (way === GONE) return Number.POSITIVE_INFINITY;
    if (way === QUEUED) return Math.max(key - this.#now, 0.5);
    const ahead = way === AGED ? key : key - client.time;
    // What is not foreseen comes after all that is; and whatever is not queued after all that is.
    const least = way === FORESEEN ? 0.5 : Math.max(0.5, client.replay.ahead + 1);
    return Math.max(Math.max(ahead, least) + client.rest, this.#queuedUntil - this.#now + 1);
  }

  /** The next victim: of the lowest priority, the one whose next use is farthest for what its eviction moves. */
  #next(recent: Ranked[], client: number | undefined): Candidate | undefined {
    for (let priority = 0; priority < prioritiesMax; priority++) {
      let best: Ranked | undefined = recent.find((ranked) => this.residents.priorityOf(ranked.buffer) === priority);
      if (client === undefined) for (const state of this.#clients) best = this.#better(best, state, priority);
      else best = this.#better(best, this.#clientOf(client), priority);
      if (best === undefined) continue;
      const { buffer, score } = best;
      const at = recent.indexOf(best);
      if (at >= 0) recent.splice(at, 1);
      else this.#proposed.push(buffer);
      this.shelves.take(buffer);
      const size = this.residents.sizeOf(buffer);
      return { buffer, size, cost: size / score };
    }
    return undefined;
  }

  /** The best top of a client's shelves, if it is better. */
  #better(than: Ranked | undefined, client: Client, priority: number): Ranked | undefined {
    let best = than;
    const first = client.id * shelvesPerClient + priority * shelvesPerPriority;
    for (let shelf = first; shelf < first + shelvesPerPriority; shelf++) {
      const way = (shelf - first) >> 1;
      const buffer = way === AGED ? this.#oldest(shelf) : this.shelves.top(shelf);
      if (buffer < 0) continue;
      const score = this.#distance(client, way, this.shelves.keyOf(buffer)) / (1 + (shelf & 1));
      if (best === undefined || score > best.score) best = { buffer, score };
    }
    return best;
  }

  /** The top of a shelf of aged buffers. What tables say changes, so keys may be too great; too small ones come right with age. */
  #oldest(shelf: number): number {
    for (let tries = 0; tries < refreshMax; tries++) {
      const buffer = this.shelves.top(shelf);
      if (buffer < 0) return buffer;
      const key = this.#ages.distanceOf(buffer);
      if (key >= refreshShare * this.shelves.keyOf(buffer)) return buffer;
      this.shelves.put(buffer, shelf, key);
    }
    return this.shelves.top(shelf);
  }

  /** The candidates used just now, farthest first: they count as nearer than they are. */
  #rankedRecent(client: number | undefined): Ranked[] {
    const ranked: Ranked[] = [];
    for (const buffer of this.#recent) {
      if (!this.residents.isCandidate(buffer) || this.shelves.shelfOf(buffer) >= 0) continue;
      const state = this.#clientOf(this.residents.clientOf(buffer));
      if (client !== undefined && state.id !== client) continue;
      this.#guess(buffer);
      const distance = this.#distance(state, this.#way, this.#key);
      ranked.push({ buffer, score: (busyShare * distance) / Math.max(this.residents.movesOf(buffer), 1) });
    }
    return ranked.sort((a, b) => b.score - a.score || a.buffer - b.buffer);
  }

  /** Whoever is not recent any more goes on a shelf. */
  #shelveRecent(): void {
    let kept = 0;
    for (const buffer of this.#recent) {
      if (this.#isBusy(buffer) && this.residents.lives(buffer)) {
        this.#recent[kept++] = buffer;
        continue;
      }
      this.residents.markRecent(buffer, false);
      if (this.residents.isCandidate(buffer)) this.#shelve(buffer);
    }
    this.#recent.length = kept;
  }

  /** The latest job, or the one before, used it. */
  #isBusy(buffer: number): boolean {
    return this.residents.usedAt(buffer) >= this.#now - 1;
  }

  #putBack(): void {
    for (const buffer of this.#proposed) if (this.shelves.shelfOf(buffer) < 0) this.place(buffer);
    this.#proposed.length = 0;
  }

  /** The client does something else than foreseen. */
  #dropForeseen(client: Client): void {
    for (let priority = 0; priority < prioritiesMax; priority++) {
      const first = client.id * shelvesPerClient + priority * shelvesPerPriority + 2 * FORESEEN;
      for (const shelf of [first, first + 1]) {
        for (let buffer = this.shelves.top(shelf); buffer >= 0; buffer = this.shelves.top(shelf)) this.#shelve(buffer);
      }
    }
  }

  #clientOf(id: number): Client {
    const known = this.#byId[id];
    if (known !== undefined) return known;
    const client = { id, clock: new Int32Array(CLOCK_WORDS), replay: new Replay(), time: 0, rest: 0 };
    this.#byId[id] = client;
    this.#clients.push(client);
    return client;
  }
}

interface Ranked {
  readonly buffer: number;
  readonly score: number;
}
