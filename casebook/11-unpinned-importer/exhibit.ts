import { exhibit } from '../exhibit.ts';

export default exhibit({
  title: 'An importer keeps its mapping, and the exporter moves the buffer',
  seed: '001',
  quotation: 'Invalidate the DMA-buf attachment, making sure that the we re-create the mapping before the next use.',
  wrong: {
    program: './wrong.ts',
    verdict: 'finding',
    says: 'is stale: the buffer moved',
    text:
      'The importer maps once and uses the addresses from then on, as one does that was never told of moves. It said that it ' +
      'follows (it has `invalidate`), so nothing kept the buffer where it was: the addresses are those of somebody else by now. ' +
      'With `debug: { poison: true }` the first look at them throws.',
  },
  right: {
    program: './right.ts',
    text:
      'The notification only says that the mapping is stale. Each use begins under the lock of the buffer: map (which gives ' +
      'back what is known, with `cache`, unless it is stale), then list the use. An importer that cannot do that ' +
      'leaves `invalidate` out, and the buffer is pinned while it is mapped.',
  },
});
