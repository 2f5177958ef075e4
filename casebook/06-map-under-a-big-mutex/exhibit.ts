import { exhibit } from '../exhibit.ts';

export default exhibit({
  title: 'Map is called with the reservation held, and the driver has a big mutex',
  seed: '003',
  quotation:
    "I kinda assume that other drivers will have similar issues, e.g. omapdrm's use of dev->struct_mutex also very much " +
    "looks like it'll result in a new locking inversion.",
  wrong: {
    scenario: './wrong.scenario.ts',
    verdict: 'deadlock',
    says: 'agent fault sleeps',
    text:
      'The core takes the reservation around map, and map takes the mutex that its driver begins everything with. Where ' +
      'the driver comes from its own side, it has that mutex and wants the reservation. Neither of the two is wrong alone.',
  },
  right: {
    scenario: './right.scenario.ts',
    text:
      'The lock of the driver goes by the same rule as the reservation, and the ticket of the caller comes down with the ' +
      'call: a transaction takes both, in whatever order it meets them. Whoever is younger gives back what it has, and ' +
      'begins again with the lock that it was refused.',
  },
});
