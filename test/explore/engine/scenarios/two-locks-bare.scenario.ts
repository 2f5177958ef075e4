/** Three agents that each take both locks in order and count, without any check: for measuring the driver. */
import { scenario } from 'fenceline/check';
import { withBoth } from './two-locks.ts';

export default scenario({
  setup: () => new Int32Array(new SharedArrayBuffer(16)),
  agents: { a: withBoth, b: withBoth, c: withBoth },
});
