import { exhibit } from '../exhibit.ts';

export default exhibit({
  title: 'Contention is reported as a lack of memory',
  seed: '001',
  quotation:
    'Or just add an int return value here and mandate that importers must handle eviction failures. Exactly like ' +
    'ttm_mem_evict_first can currently still fail for various reasons.',
  wrong: {
    scenario: './wrong.scenario.ts',
    verdict: 'assertion',
    says: 'Out of memory, while the only victim is locked for a moment',
    text:
      'Eviction waits for the lock of its victim under the ticket, and is told to give way, as an older one has that lock for ' +
      'a moment. It hands that on as the same "no" as of memory that really is full, and at the top it is out of memory. ' +
      'Nobody begins again, though all it takes is to wait.',
  },
  right: {
    scenario: './right.scenario.ts',
    text:
      'Eviction names the victim whose lock was in the way. The transaction waits for that lock through its ticket, with or ' +
      'without giving way, and tries again. Only a "no" without such a name is about memory: in no order of steps does one come here.',
  },
});
