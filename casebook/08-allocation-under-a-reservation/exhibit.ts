import { exhibit } from '../exhibit.ts';

export default exhibit({
  title: 'Memory is allocated under a lock that the way to a signal takes',
  seed: '003',
  quotation:
    "I don't see how the SGL stuff factors into neither the dev->struct_mutex nor into the need to do allocations while " +
    'holding resv_obj.',
  wrong: {
    program: './wrong.ts',
    verdict: 'finding',
    says: 'The closed cycle: fence -> page tables -> reclaim -> fence.',
    text:
      'Allocating with locks held, reservations among them, is allowed, and so is waiting for fences in order to make ' +
      'room. Then nobody may take such a lock before it signals: here the completion does, and its fence may be the one that ' +
      'the allocation waits for. The program runs to its end, as most such runs do; the validator closes the cycle.',
  },
  right: {
    program: './right.ts',
    text:
      'The way to a signal ends with the signal: the completion signals first, and takes the lock for its own bookkeeping ' +
      'when nobody waits for it any more. The allocation stays where it was.',
  },
});
