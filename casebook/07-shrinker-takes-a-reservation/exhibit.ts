import { exhibit } from '../exhibit.ts';

export default exhibit({
  title: 'The shrinker waits for a reservation',
  seed: '003',
  quotation:
    'One really important thing is that shrinker vs resv_obj must work with trylocks in the shrinker, so that you can ' +
    'allocate memory while holding reservation objects.',
  wrong: {
    scenario: './wrong.scenario.ts',
    verdict: 'deadlock',
    says: 'while reservation 1 holds 1 (it still does)',
    text:
      'Two threads each hold the reservation of their buffer and need a page. Each makes room itself, begins with what was ' +
      'used longest ago, and waits for the reservation that the other one holds. An idle buffer with two pages is next in ' +
      'the list, and nobody gets to it.',
  },
  right: {
    scenario: './right.scenario.ts',
    text:
      'Who makes room runs inside whatever the allocating thread holds, so it tries reservations and passes over those in ' +
      'use. It may come back with nothing: that is an answer, and the caller gives back its reservation before it waits.',
  },
});
