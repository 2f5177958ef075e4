/**
 * A bounded queue of two places between two producers, of two items and of one, and a consumer: the items of one producer
 * come out in order, so 3 over 1 = 3 orders are possible.
 *
 * Word 0 is the number of the next push; words 2p + 2 and 2p + 3 are place p: whose turn it is (the number of a push, or
 * that number + 1 once its item is there), and the item, which is read and written plainly.
 */
import { scenario } from 'fenceline/check';

const places = 2;

function push(words: Int32Array, item: number): void {
  for (;;) {
    const number = Atomics.load(words, 0);
    const turn = 2 * (number % places) + 2;
    const seen = Atomics.load(words, turn);
    if (seen < number) Atomics.wait(words, turn, seen);
    else if (seen === number && Atomics.compareExchange(words, 0, number, number + 1) === number) {
      words[turn + 1] = item;
      Atomics.store(words, turn, number + 1);
      Atomics.notify(words, turn);
      return;
    }
  }
}

function popAll(words: Int32Array, count: number): string {
  let items = '';
  for (let number = 0; number < count; number++) {
    const turn = 2 * (number % places) + 2;
    for (let seen = Atomics.load(words, turn); seen !== number + 1; seen = Atomics.load(words, turn)) {
      Atomics.wait(words, turn, seen);
    }
    items += ` ${words[turn + 1]}`;
    Atomics.store(words, turn, number + places);
    Atomics.notify(words, turn);
  }
  return items.trim();
}

export default scenario({
  setup: () => {
    const words = new Int32Array(new SharedArrayBuffer(4 * (2 + 2 * places)));
    Atomics.store(words, 4, 1);
    return words;
  },
  agents: {
    tens: (words) => {
      push(words, 10);
      push(words, 11);
    },
    twenty: (words) => push(words, 20),
    consumer: (words) => popAll(words, 3),
  },
  outcomes: [{ consumer: '10 11 20' }, { consumer: '10 20 11' }, { consumer: '20 10 11' }],
});
