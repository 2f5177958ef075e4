/**
 * The replacement policy of TTM, the reference and the fallback: whatever was used longest ago leaves first, by priority;
 * what queued jobs will use is spared, and of that, when nothing else is left, whatever is used last.
 * It knows neither sizes nor what an eviction costs.
 *
 * Source: ttm_resource_manager's lists, one per priority. There the order is that of a list and the queue is unknown; here
 * it is that of the histories, so that any agent has the same.
 */
import { clientOf, prioritiesMax, unwrapped, V_USED_AT } from './history.ts';
import { OnShelves } from './on-shelves.ts';

/** Shelves of a client: per priority one for what nobody queued, and one for what is queued. */
const shelvesPerClient = 2 * prioritiesMax;
/** Uses of one job that are told apart. */
const orderMax = 65_536;

export class Lru extends OnShelves {
  override readonly name = 'lru';
  /** Clients that used something that lives or lived here. */
  readonly #clients: Set<number> = new Set();
  #now = 0;
  /** By buffer: orders what the same job used, as it was told; a part of 1. */
  readonly #order: number[] = [];
  /** Uses told of the latest job. */
  #told = 0;

  override updateClient(): void {
    // The order is that of the space's clock; those of clients do not matter.
  }

  override update(buffer: number, history: Int32Array): void {
    const usedAt = unwrapped(history[V_USED_AT] ?? 0, this.#now);
    if (usedAt !== this.residents.usedAt(buffer)) this.#order[buffer] = this.#nextOrder(usedAt);
    this.#now = Math.max(this.#now, usedAt);
    this.#clients.add(clientOf(history));
    this.residents.put(buffer, history, usedAt);
    this.place(buffer);
  }

  override choose(needed: number, spaceTime: number, victims: number[], client?: number): boolean {
    this.#now = Math.max(this.#now, spaceTime);
    const first = victims.length;
    let room = 0;
    while (room < needed) {
      const buffer = this.#top(client);
      if (buffer < 0) break;
      this.shelves.take(buffer);
      victims.push(buffer);
      room += this.residents.sizeOf(buffer);
    }
    for (let at = first; at < victims.length; at++) this.place(victims[at] as number);
    return room >= needed;
  }

  override clear(): void {
    super.clear();
    this.#clients.clear();
    this.#now = 0;
  }

  protected override place(buffer: number): void {
    if (!this.residents.isCandidate(buffer)) return;
    const queuedAt = this.residents.queuedAt(buffer);
    const shelf = this.residents.clientOf(buffer) * shelvesPerClient + 2 * this.residents.priorityOf(buffer);
    if (queuedAt < 0) this.shelves.put(buffer, shelf, -this.residents.usedAt(buffer) - (this.#order[buffer] ?? 0));
    else this.shelves.put(buffer, shelf + 1, queuedAt);
  }

  #nextOrder(usedAt: number): number {
    this.#told = usedAt > this.#now ? 0 : Math.min(this.#told + 1, orderMax - 1);
    return this.#told / orderMax;
  }

  /** The next victim of this client, or of all: by priority, what is not queued before what is. */
  #top(client: number | undefined): number {
    for (let kind = 0; kind < shelvesPerClient; kind++) {
      let best = -1;
      for (const other of client === undefined ? this.#clients : [client]) {
        const buffer = this.shelves.top(other * shelvesPerClient + kind);
        if (buffer >= 0 && (best < 0 || this.shelves.keyOf(buffer) > this.shelves.keyOf(best))) best = buffer;
      }
      if (best >= 0) return best;
    }
    return -1;
  }
}
