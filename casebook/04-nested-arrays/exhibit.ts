import { exhibit } from '../exhibit.ts';

export default exhibit({
  title: 'An array of fences is itself in an array of fences',
  seed: '004',
  quotation:
    'In other words even with the problems solved I think it would be a really bad idea to allow chaining of dma_fence_array objects.',
  wrong: {
    scenario: './wrong.scenario.ts',
    verdict: 'deadlock',
    says: 'agent signaller sleeps',
    text:
      'Each array has a lock. Signals go up, from the inner array to the outer one, each under the lock of the array below; ' +
      'who asks whether the outer array is over goes down, from its lock to the lock of the inner one. Linux signals upwards ' +
      'from an irq_work instead, and warns of nested arrays.',
  },
  right: {
    scenario: './right.scenario.ts',
    text:
      'A fence is a flat set of points, and merging two of them is a flat set again: nothing can be nested, and there is no lock ' +
      'to take upwards or downwards. A signal is one store, and whoever waits looks at every point by itself.',
  },
});
