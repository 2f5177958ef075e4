import { exhibit } from '../exhibit.ts';

export default exhibit({
  title: 'Locks are dropped between evictions',
  seed: '001',
  quotation: "Ideally we'd keep any lock we've taken locked until the end, it helps needless backoffs.",
  wrong: {
    scenario: './wrong.scenario.ts',
    verdict: 'assertion',
    says: 'Each has thrown the other one out in every round',
    text:
      'Whoever needs room locks a victim, moves it out, and gives its lock back before the next step, that of what it has ' +
      'brought in too. The other one does the same in the gaps, and each finds a part of its buffers gone when it comes to use ' +
      'them: a livelock. Nobody waits, everybody works, and nothing is done; here both give up after two rounds.',
  },
  right: {
    scenario: './right.scenario.ts',
    text:
      'All locks stay with the ticket until the end: of what was brought in, so that nobody throws it out before it is used, and of the ' +
      'victims, so that nobody brings them back meanwhile. The younger one runs into a lock of the older, gives way once, and ' +
      'waits: that both get their work done is the only outcome.',
  },
});
