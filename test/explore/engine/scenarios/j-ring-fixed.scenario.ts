// (j) ...explored: `npx fenceline check j-ring-fixed.scenario.ts`, or from a test.
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { Ring } from './j-ring-fixed.js';

export default scenario({
  setup: () => new Ring(new SharedArrayBuffer(8 + 4 * 2)),
  agents: {
    producer: (ring) => {
      ring.push(1);
      ring.push(2);
    },
    consumer: (ring) => [ring.pop(), ring.pop()],
  },
  after: (_ring, { consumer }) => assert.deepEqual(consumer satisfies number[], [1, 2]),
});
