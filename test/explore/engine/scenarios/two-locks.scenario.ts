/** Three agents that each take both locks in order and count. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { withBoth } from './two-locks.ts';

export default scenario({
  setup: () => new Int32Array(new SharedArrayBuffer(16)),
  agents: { a: withBoth, b: withBoth, c: withBoth },
  after: (words, { a, b, c }) => {
    assert.equal(words[2], 3);
    assert.deepEqual([a, b, c].sort(), [0, 1, 2]);
  },
});
