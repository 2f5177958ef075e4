/** Two agents and a lock that survives either. */
import { scenario } from 'fenceline/check';
import { load, store } from '#fenceline/cells/cell.js';
import { acquire, release, repair } from './robust.ts';

function work(words: Int32Array, me: number): void {
  acquire(words, me);
  store(words, 1, load(words, 1) + 1);
  release(words);
}

export default scenario({
  setup: () => new Int32Array(new SharedArrayBuffer(8)),
  agents: { one: (words) => work(words, 1), two: (words) => work(words, 2) },
  afterDeath: (words, dead) => repair(words, dead === 'one' ? 1 : 2),
  options: { killAgents: true },
});
