/** Two agents on real threads: buffers are theirs together, and other objects are not. Patches break it in tests. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';

class Counter {
  static made = 0;
  readonly #words: Int32Array;
  readonly #plain = new Int32Array(new SharedArrayBuffer(4));
  seen = 0;

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory);
  }

  begin(): this {
    Atomics.store(this.#words, 0, 5);
    return this;
  }

  add(): number {
    this.seen++;
    Atomics.add(this.#plain, 0, 1);
    return Atomics.add(this.#words, 0, 1);
  }

  total(): readonly number[] {
    return [Atomics.load(this.#words, 0), Atomics.load(this.#plain, 0)];
  }
}

export default scenario({
  setup: () => new Counter(new SharedArrayBuffer(8)).begin(),
  agents: { one: (counter) => counter.add(), two: (counter) => counter.add() },
  after: (counter) => assert.deepEqual(counter.total(), [7, 2]),
  outcomes: [
    { one: 5, two: 6 },
    { one: 6, two: 5 },
  ],
});
