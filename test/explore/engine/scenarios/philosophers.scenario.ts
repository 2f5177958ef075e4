/** Three philosophers who all take the left fork first: a deadlock. */
import { scenario } from 'fenceline/check';
import { cas, notifyAll, sleep, store } from '#fenceline/cells/cell.js';

function take(forks: Int32Array, fork: number): void {
  while (!cas(forks, fork, 0, 1)) sleep(forks, fork, 1, Infinity);
}

function put(forks: Int32Array, fork: number): void {
  store(forks, fork, 0);
  notifyAll(forks, fork);
}

function eat(forks: Int32Array, left: number, right: number): void {
  take(forks, left);
  take(forks, right);
  put(forks, right);
  put(forks, left);
}

export default scenario({
  setup: () => new Int32Array(new SharedArrayBuffer(12)),
  agents: {
    first: (forks) => eat(forks, 0, 1),
    second: (forks) => eat(forks, 1, 2),
    third: (forks) => eat(forks, 2, 0),
  },
});
