import { exhibit } from '../exhibit.ts';

export default exhibit({
  title: 'Eviction only tries locks, and everybody needs room at once',
  seed: '001',
  quotation:
    'Yeah trylock works pretty well for balancing caches, right up to the point where you actually have to shrink stuff. ' +
    'Then suddenly all the locks are contended because everyone is running low on memory :-/',
  wrong: {
    scenario: './wrong.scenario.ts',
    verdict: 'assertion',
    says: 'Both are told that there is no memory',
    text:
      'Each holds the lock of its own buffer and tries that of the other. It never waits, so it cannot deadlock; it fails ' +
      'instead, both sides at once, with memory that either of them could have had.',
  },
  right: {
    scenario: './right.scenario.ts',
    text:
      'The ticket of whoever needs the room reaches the eviction, which waits for the locks that it meets. The older one ' +
      'gets its room, the younger one gives way and gets it afterwards: that both are served is the only outcome. (A first look ' +
      'without waiting is no mistake, as long as it says what was in its way: see exhibit 15.)',
  },
});
