import { exhibit } from '../exhibit.ts';

export default exhibit({
  title: 'Page tables are updated when a buffer moves, if their lock can be had',
  seed: '001',
  quotation:
    'When we get an error here it means that somebody else is holding the VM lock and updating page tables So we can ' +
    'just continue here.',
  wrong: {
    scenario: './wrong.scenario.ts',
    verdict: 'assertion',
    says: 'The job runs over place 1',
    text:
      'The notification tries the lock of the page tables and goes on without it if somebody has that. But who has it may be ' +
      'past updating them, and about to use them: nobody does it later, and a job runs over the place that the buffer has left.',
  },
  right: {
    scenario: './right.scenario.ts',
    text:
      'The move touches no page tables: it makes the epoch another one, which takes no lock and cannot fail. Whoever ' +
      'uses them next has their lock and that of the buffer, compares the epoch, and updates the entry there, where it can ' +
      'also wait, allocate and give way.',
  },
});
