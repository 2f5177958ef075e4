/**
 * When items are due, on any number of clocks, each item on at most one: rings of lists, one list a time, so that setting,
 * cancelling and finding what is due cost the same however many there are. What is due later than a ring reaches is looked
 * at again once a turn.
 *
 * Source: hashed timing wheels (Varghese and Lauck, 1987), as in the kernel's timers.
 */

/** Times a ring reaches ahead. */
const slots = 1024;
const none = -1;

export class TimerWheels {
  /** By clock and slot: the first item of the list, or -1. */
  readonly #first: Int32Array[] = [];
  /** By clock: nothing is due up to here. */
  readonly #reached: number[] = [];
  /** By item: its neighbours, its list (slot; -1: not set), its clock, and when it is due. */
  #next: Int32Array = new Int32Array(0);
  #previous: Int32Array = new Int32Array(0);
  #slot: Int16Array = new Int16Array(0);
  #clock: Int32Array = new Int32Array(0);
  #time: Float64Array = new Float64Array(0);

  /** The item is due at `time`, and not at any other time any more. A time that has been reached is the next one. */
  set(item: number, clock: number, time: number): void {
    if (item >= this.#slot.length) this.#grow(item + 1);
    this.cancel(item);
    this.#clock[item] = clock;
    this.#time[item] = time;
    this.#link(item);
  }

  cancel(item: number): void {
    if (item >= this.#slot.length || this.#slot[item] === none) return;
    const next = this.#next[item] as number;
    const previous = this.#previous[item] as number;
    if (next !== none) this.#previous[next] = previous;
    if (previous !== none) this.#next[previous] = next;
    else this.#listsOf(this.#clock[item] as number)[this.#slot[item] as number] = next;
    this.#slot[item] = none;
  }

  /** Takes an item that is due by `now`. Outcomes: the item, or -1 if there is none; then all up to `now` is done. */
  take(clock: number, now: number): number {
    const lists = this.#listsOf(clock);
    let reached = Math.max(this.#reached[clock] as number, now - slots);
    while (reached < now) {
      this.#reached[clock] = reached;
      const item = lists[(reached + 1) & (slots - 1)] as number;
      if (item === none) {
        reached++;
        continue;
      }
      this.cancel(item);
      if ((this.#time[item] as number) <= now) return item;
      this.#link(item);
    }
    this.#reached[clock] = reached;
    return none;
  }

  clear(): void {
    this.#first.length = 0;
    this.#reached.length = 0;
    this.#slot.fill(none);
  }

  /** Lists the item where it is due, or as far ahead as the ring reaches. */
  #link(item: number): void {
    const clock = this.#clock[item] as number;
    const lists = this.#listsOf(clock);
    const reached = this.#reached[clock] as number;
    const time = Math.min(Math.max(this.#time[item] as number, reached + 1), reached + slots - 1);
    const slot = time & (slots - 1);
    const next = lists[slot] as number;
    this.#slot[item] = slot;
    this.#next[item] = next;
    this.#previous[item] = none;
    if (next !== none) this.#previous[next] = item;
    lists[slot] = item;
  }

  #listsOf(clock: number): Int32Array {
    const known = this.#first[clock];
    if (known !== undefined) return known;
    const lists = new Int32Array(slots).fill(none);
    this.#first[clock] = lists;
    this.#reached[clock] = 0;
    return lists;
  }

  #grow(least: number): void {
    const length = Math.max(least, 2 * this.#slot.length, 64);
    const slot = new Int16Array(length).fill(none);
    slot.set(this.#slot);
    this.#slot = slot;
    const next = new Int32Array(length);
    next.set(this.#next);
    this.#next = next;
    const previous = new Int32Array(length);
    previous.set(this.#previous);
    this.#previous = previous;
    const clock = new Int32Array(length);
    clock.set(this.#clock);
    this.#clock = clock;
    const time = new Float64Array(length);
    time.set(this.#time);
    this.#time = time;
  }
}
