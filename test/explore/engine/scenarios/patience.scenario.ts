/** A wait that gives up after 5 ms; nobody rings in time, or somebody does. */
import { scenario } from 'fenceline/check';
import { load, notifyAll, sleep, store } from '#fenceline/cells/cell.js';
import { now } from '#fenceline/cells/clock.js';

export default scenario({
  setup: () => new Int32Array(new SharedArrayBuffer(4)),
  agents: {
    patient: (words) => {
      const deadline = now() + 5;
      while (load(words, 0) === 0 && now() < deadline) sleep(words, 0, 0, deadline - now());
      return load(words, 0) === 1 ? 'rung' : 'gave up';
    },
    ringer: (words) => {
      store(words, 0, 1);
      notifyAll(words, 0);
    },
  },
  options: { timeouts: 'explored' },
});
