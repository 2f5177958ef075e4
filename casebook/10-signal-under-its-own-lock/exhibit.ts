import { exhibit } from '../exhibit.ts';

export default exhibit({
  title: 'A signal calls back under its lock, and the callback needs that lock (sw_sync)',
  seed: '004',
  quotation:
    "If it's to avoid inter driver lock dependencies by avoiding to call the callback with the spinlock held, then yes please.",
  wrong: {
    scenario: './wrong.scenario.ts',
    verdict: 'deadlock',
    says: 'agent closer sleeps',
    text:
      'Linux does this: closing a sw_sync timeline signals what is pending under the timeline’s lock, the callback of a poll ' +
      'lets go of the fence, and if the sync file has been closed meanwhile, that was the last reference, whose release ' +
      'takes the lock. It was met while a real kernel (6.12) was recorded for this library’s tests.',
  },
  right: {
    scenario: './right.scenario.ts',
    text:
      'Under the lock it is only decided who is to be called; the calls are made when it has been given back. In Fenceline ' +
      'a signal takes no lock, callbacks run from the thread’s queue, and a fence is a value with nothing to release.',
  },
});
