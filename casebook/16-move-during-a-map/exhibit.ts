import { exhibit } from '../exhibit.ts';

export default exhibit({
  title: 'The exporter moves a buffer while an importer maps it',
  seed: '003',
  quotation:
    'Now importers able to deal with dynamic invalidation always want to call the callback with the reservation lock held.',
  wrong: {
    scenario: './wrong.scenario.ts',
    verdict: 'assertion',
    says: 'It was not told',
    text:
      'Map is called without the reservation. The move comes between the look of the importer at the addresses and its entry ' +
      'in the list of those who are told: it keeps addresses of the old place, some or all, and nobody will ever tell it.',
  },
  right: {
    scenario: './right.scenario.ts',
    text:
      'Map happens under the reservation, which the mover holds too, and the mapping remembers the epoch that it saw there. A move ' +
      'makes the epoch another one before the buffer has another place: at every instant, a mapping is stale or names where ' +
      'the buffer is. There is no list to be late for.',
  },
});
