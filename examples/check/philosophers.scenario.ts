/** Three dining philosophers; the third takes the other fork first. Each pair shares a fork, so all 3! orders of eating occur. */
import { scenario } from 'fenceline/check';

/** Words 0 to 2 are the forks, word 3 counts who has eaten. */
function take(words: Int32Array, fork: number): void {
  while (Atomics.compareExchange(words, fork, 0, 1) !== 0) Atomics.wait(words, fork, 1);
}

function put(words: Int32Array, fork: number): void {
  Atomics.store(words, fork, 0);
  Atomics.notify(words, fork);
}

function eat(words: Int32Array, first: number, second: number): number {
  take(words, first);
  take(words, second);
  const order = Atomics.add(words, 3, 1);
  put(words, second);
  put(words, first);
  return order;
}

export default scenario({
  setup: () => new Int32Array(new SharedArrayBuffer(16)),
  agents: {
    first: (words) => eat(words, 0, 1),
    second: (words) => eat(words, 1, 2),
    third: (words) => eat(words, 0, 2),
  },
  describeWord: (_words, index) => (index < 3 ? `fork ${index}` : 'eaten'),
});
