/** The importer asks where the pages are, and then says that it wants to be told of moves; the mover holds a lock, the importer none. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';

/** Words 0 and 1: places of two pages. Word 2: the importer is in the list. Word 3: it was told. */
const isListed = 2;
const isTold = 3;

export default scenario({
  setup: () => new Int32Array(new SharedArrayBuffer(16)).fill(10, 0, 1).fill(11, 1, 2),
  agents: {
    importer: (words) => {
      const pages = [Atomics.load(words, 0), Atomics.load(words, 1)];
      Atomics.store(words, isListed, 1);
      return pages;
    },
    exporter: (words) => {
      if (Atomics.load(words, isListed) === 1) Atomics.store(words, isTold, 1);
      Atomics.store(words, 0, 20);
      Atomics.store(words, 1, 21);
    },
  },
  after: (words, { importer }) => {
    if (words[isTold] === 1) return;
    const places = [words[0], words[1]];
    assert(`${importer}` === `${places}`, `It was not told, has ${importer}, and the pages are at ${places}.`);
  },
  describeWord: (_words, index) => ['place of page 0', 'place of page 1', 'in the list', 'told'][index],
});
