/** A count passes 2^31, and its writer may stop on the way: who reads never reads another number, and the next writer goes on. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { load, store } from '#fenceline/cells/cell.js';
import { adoptCount, readCount, writeCount } from '#fenceline/cells/wide-count.js';

const first = 2 ** 31 - 1;
const last = 2 ** 31 + 1;

function count(words: Int32Array, from: number): void {
  for (let next = from; next <= last; next++) writeCount(words, 0, next);
}

export default scenario({
  setup: () => {
    const words = new Int32Array(new SharedArrayBuffer(8));
    store(words, 0, first | 0);
    return words;
  },
  agents: {
    writer: (words) => count(words, first + 1),
    reader: (words) => [readCount(words, 0), readCount(words, 0)],
  },
  after: (words, { reader }) => {
    assert(reader);
    const [early, late] = reader as [number, number];
    assert(
      first <= early && early <= late && late <= last,
      `The counts ${early} and ${late} are ones that were written.`,
    );
    assert.equal(readCount(words, 0), last);
    assert.equal(load(words, 1), 1, 'The high word is right once a writer got past it.');
  },
  afterDeath: (words) => count(words, adoptCount(words, 0) + 1),
  describeWord: (_words, index) => (index === 0 ? 'low' : 'high'),
  options: { killAgents: ['writer'] },
});
