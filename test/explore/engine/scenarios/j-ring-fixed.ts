// (j) Somebody's own ring buffer on raw Atomics: knows nothing of Fenceline. This one is right.
export class Ring {
  readonly #head: Int32Array;
  readonly #tail: Int32Array;
  readonly #slots: Int32Array;
  constructor(memory: SharedArrayBuffer) {
    this.#head = new Int32Array(memory, 0, 1);
    this.#tail = new Int32Array(memory, 4, 1);
    this.#slots = new Int32Array(memory, 8);
  }
  push(item: number): void {
    const tail = Atomics.load(this.#tail, 0);
    while (tail - Atomics.load(this.#head, 0) === this.#slots.length)
      Atomics.wait(this.#head, 0, tail - this.#slots.length);
    this.#slots[tail % this.#slots.length] = item;
    Atomics.store(this.#tail, 0, tail + 1);
    Atomics.notify(this.#tail, 0);
  }
  pop(): number {
    const head = Atomics.load(this.#head, 0);
    while (Atomics.load(this.#tail, 0) === head) Atomics.wait(this.#tail, 0, head);
    const item = this.#slots[head % this.#slots.length]!;
    Atomics.store(this.#head, 0, head + 1);
    Atomics.notify(this.#head, 0);
    return item;
  }
}
