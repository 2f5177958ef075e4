import { exhibit } from '../exhibit.ts';

export default exhibit({
  title: 'A callback runs under the lock of one driver, and takes the lock of another',
  seed: '004',
  quotation:
    "If it's to avoid inter driver lock dependencies by avoiding to call the callback with the spinlock held, then yes please.",
  wrong: {
    program: './wrong.ts',
    verdict: 'finding',
    says: "'device B' is taken while 'fences of A' is held, and elsewhere it is the other way round",
    text:
      'Driver A calls back while it holds the lock of its fences, and driver B takes its own lock in the callback. Elsewhere B, ' +
      'with its lock held, asks for a callback of A. Each is right by itself; one thread, no contention, and yet it is found.',
  },
  right: {
    program: './right.ts',
    text:
      'Nothing foreign runs under a lock: the callbacks are taken out of the list under the lock, and called after it was ' +
      'dropped. There is no order between the locks of the two drivers any more, so no order can be broken.',
  },
});
