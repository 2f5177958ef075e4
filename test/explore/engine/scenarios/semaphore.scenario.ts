/** A semaphore whose waiter sleeps on what it saw; `semaphore.planted.ts` breaks it. */
import { scenario } from 'fenceline/check';
import { post, take } from './semaphore.ts';

export default scenario({
  setup: () => new Int32Array(new SharedArrayBuffer(8)),
  agents: {
    waiter: (words) => take(words),
    poster: (words) => post(words),
  },
  describeWord: (_words, index) => ['count', 'waiters'][index],
});
