import { exhibit } from '../exhibit.ts';

export default exhibit({
  title: 'The last reference is dropped where nobody may wait',
  seed: '000',
  quotation:
    'dma_fence_put() and dma_fence_release() can be called from any context, as far as I understand, e.g. IRQ, however our normal object ->release can schedule',
  wrong: {
    program: './wrong.ts',
    verdict: 'finding',
    says: "Code that must not wait takes 'device mutex'",
    text:
      'An object is released by whoever drops the last reference to it, and releasing takes a mutex. Here an interrupt ' +
      'drops it. The mutex was free, nothing hung, and the validator reports it all the same.',
  },
  right: {
    program: './right.ts',
    text:
      'Signalling stores a number, and rings. What follows from it is called later, by the event loop of the thread that ' +
      'asked, with no lock held: there it may wait. The answer in the thread was a work item; here every callback is one.',
  },
});
