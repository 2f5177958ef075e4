/** Ends otherwise on a real thread than where it is explored: what the cross-check is there to notice. */
import { threadId } from 'node:worker_threads';
import { scenario } from 'fenceline/check';

export default scenario({
  setup: () => new Int32Array(new SharedArrayBuffer(4)),
  agents: {
    one: (words) => {
      Atomics.load(words, 0);
      return threadId;
    },
  },
});
