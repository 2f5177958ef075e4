/** Calls that only values lead to: a table of functions, a callback, a method found by name, a function that is returned. */
import { scenario } from 'fenceline/check';
import { add, load } from '#fenceline/cells/cell.js';

const steps: readonly ((words: Int32Array) => number)[] = [(words) => add(words, 0, 1), (words) => load(words, 0)];

class Counter {
  readonly #words: Int32Array;
  constructor(words: Int32Array) {
    this.#words = words;
  }
  up = (): number => this.#add(1);
  #add(by: number): number {
    return add(this.#words, 0, by);
  }
  each(count: number, visit: (value: number) => void): void {
    for (let i = 0; i < count; i++) visit(this.#add(0));
  }
}

const later = (words: Int32Array) => () => add(words, 0, 1);

export default scenario({
  setup: () => new Int32Array(new SharedArrayBuffer(4)),
  agents: {
    table: (words) => {
      let last = 0;
      for (const step of steps) last = step(words);
      return last;
    },
    object: (words) => {
      const counter = new Counter(words);
      const seen: number[] = [counter.up()];
      counter.each(2, (value) => seen.push(value + load(words, 0) * 0));
      const add1 = later(words);
      return [...seen, add1(), counter?.up()].length;
    },
  },
});
