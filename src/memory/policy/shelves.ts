/**
 * Any number of priority queues over the same items, each item in at most one of them: binary heaps that know where each
 * item stands, so that any item can be taken out or reordered in O(log n). The greatest key is on top; of equal keys the
 * lesser item, so that the order does not depend on the past.
 */
export class Shelves {
  /** Items of each shelf, as a heap. */
  readonly #heaps: (Int32Array | undefined)[] = [];
  readonly #lengths: number[] = [];
  /** By item: its shelf or -1, its place in the heap, its key. */
  #shelf: Int32Array = new Int32Array(0);
  #place: Int32Array = new Int32Array(0);
  #key: Float64Array = new Float64Array(0);

  /** The shelf an item is on, or -1. */
  shelfOf(item: number): number {
    return item < this.#shelf.length ? (this.#shelf[item] as number) : -1;
  }

  /** The key an item was put with; of an item that is on no shelf, the last one. */
  keyOf(item: number): number {
    return this.#key[item] ?? 0;
  }

  lengthOf(shelf: number): number {
    return this.#lengths[shelf] ?? 0;
  }

  /** The item with the greatest key of a shelf, or -1. */
  top(shelf: number): number {
    return this.lengthOf(shelf) === 0 ? -1 : ((this.#heaps[shelf] as Int32Array)[0] as number);
  }

  /** Puts an item on a shelf, from wherever it was. */
  put(item: number, shelf: number, key: number): void {
    if (item >= this.#shelf.length) this.#grow(item + 1);
    if (this.#shelf[item] === shelf) {
      this.#key[item] = key;
      const heap = this.#heaps[shelf] as Int32Array;
      this.#rise(heap, this.#place[item] as number, item);
      this.#sink(heap, this.lengthOf(shelf), this.#place[item] as number, item);
      return;
    }
    this.take(item);
    this.#shelf[item] = shelf;
    this.#key[item] = key;
    const length = this.lengthOf(shelf);
    const heap = roomFor(this.#heaps[shelf], length);
    this.#heaps[shelf] = heap;
    this.#lengths[shelf] = length + 1;
    this.#rise(heap, length, item);
  }

  /** Takes an item off its shelf. Outcomes: the shelf it was on, or -1. */
  take(item: number): number {
    const shelf = this.shelfOf(item);
    if (shelf < 0) return -1;
    const heap = this.#heaps[shelf] as Int32Array;
    const length = this.lengthOf(shelf) - 1;
    const place = this.#place[item] as number;
    this.#shelf[item] = -1;
    this.#lengths[shelf] = length;
    if (place < length) {
      const last = heap[length] as number;
      this.#rise(heap, place, last);
      this.#sink(heap, length, this.#place[last] as number, last);
    }
    return shelf;
  }

  clear(): void {
    this.#shelf.fill(-1);
    this.#lengths.length = 0;
  }

  #isBefore(a: number, b: number): boolean {
    // Both are on a shelf, so both have a key.
    const keyA = this.#key[a] as number;
    const keyB = this.#key[b] as number;
    return keyA > keyB || (keyA === keyB && a < b);
  }

  /** Moves `item`, which belongs at `place`, up to where it is in order. */
  #rise(heap: Int32Array, place: number, item: number): void {
    let at = place;
    while (at > 0) {
      const above = heap[(at - 1) >> 1] as number;
      if (!this.#isBefore(item, above)) break;
      heap[at] = above;
      this.#place[above] = at;
      at = (at - 1) >> 1;
    }
    heap[at] = item;
    this.#place[item] = at;
  }

  #sink(heap: Int32Array, length: number, place: number, item: number): void {
    let at = place;
    for (let below = 2 * at + 1; below < length; below = 2 * at + 1) {
      if (below + 1 < length && this.#isBefore(heap[below + 1] as number, heap[below] as number)) below++;
      const next = heap[below] as number;
      if (!this.#isBefore(next, item)) break;
      heap[at] = next;
      this.#place[next] = at;
      at = below;
    }
    heap[at] = item;
    this.#place[item] = at;
  }

  #grow(least: number): void {
    const length = Math.max(least, 2 * this.#shelf.length, 64);
    const shelf = new Int32Array(length).fill(-1);
    shelf.set(this.#shelf);
    this.#shelf = shelf;
    const place = new Int32Array(length);
    place.set(this.#place);
    this.#place = place;
    const key = new Float64Array(length);
    key.set(this.#key);
    this.#key = key;
  }
}

function roomFor(heap: Int32Array | undefined, length: number): Int32Array {
  if (heap === undefined) return new Int32Array(16);
  if (length < heap.length) return heap;
  const larger = new Int32Array(2 * heap.length);
  larger.set(heap);
  return larger;
}
