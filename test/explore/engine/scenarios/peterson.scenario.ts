/** Two agents spin into Peterson's lock; a counter of the scenario's own says who is inside. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { load } from '#fenceline/cells/cell.js';
import { enter, leave } from './peterson.ts';

interface Shared {
  readonly words: Int32Array;
  inside: number;
}

function visit(shared: Shared, me: number): void {
  enter(shared.words, me);
  shared.inside++;
  load(shared.words, 3); // a point in which somebody else could come in
  shared.inside--;
  leave(shared.words, me);
}

export default scenario({
  setup: (): Shared => ({ words: new Int32Array(new SharedArrayBuffer(16)), inside: 0 }),
  agents: { left: (shared) => visit(shared, 0), right: (shared) => visit(shared, 1) },
  always: ({ inside }) => assert.ok(inside <= 1, `${inside} agents are inside`),
});
