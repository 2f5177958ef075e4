/** Unloading waits until all fences are signalled, and more of them are made meanwhile. */
import { scenario } from 'fenceline/check';

const LOADED = 0;
const ISSUED = 1;
const COMPLETED = 2;

export default scenario({
  setup: () => {
    const words = new Int32Array(new SharedArrayBuffer(12));
    words[LOADED] = 1;
    return words;
  },
  agents: {
    driver: (words) => {
      for (let done = 0; done !== Atomics.load(words, ISSUED); done++) {
        Atomics.store(words, COMPLETED, done + 1);
        Atomics.notify(words, COMPLETED);
      }
      Atomics.store(words, LOADED, 0); // All fences are signalled: the driver may go.
    },
    user: (words) => {
      if (Atomics.load(words, LOADED) === 0) return 'there is no driver';
      const mine = Atomics.add(words, ISSUED, 1) + 1;
      for (;;) {
        const completed = Atomics.load(words, COMPLETED);
        if (completed >= mine) return 'done';
        Atomics.wait(words, COMPLETED, completed);
      }
    },
  },
  describeWord: (_, index) => ['loaded', 'issued', 'completed'][index],
});
