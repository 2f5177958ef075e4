import { exhibit } from '../exhibit.ts';

export default exhibit({
  title: 'A fence borrows a lock, and outlives the operation that lent it',
  seed: '002',
  quotation:
    'So the `lock` should have at least same lifespan as the DMA fence that borrows it, which is impossible to guarantee in our case.',
  wrong: {
    scenario: './wrong.scenario.ts',
    verdict: 'assertion',
    says: 'The lock at word 0 is freed memory',
    text:
      'The lock that guards the fence stands in the operation. Whoever imported the fence looks at it, the operation ends ' +
      'and is freed, and then the importer takes a lock in memory that is somebody else’s.',
  },
  right: {
    scenario: './right.scenario.ts',
    text:
      'A fence is a value: a timeline, its generation and a number. There is nothing to borrow, and asking only reads. ' +
      'When the timeline’s slot has been used again, the value says that it no longer knows, and touches nothing.',
  },
});
