import { exhibit } from '../exhibit.ts';

export default exhibit({
  title: 'A notification takes locks without the ticket of who moves',
  seed: '001',
  quotation:
    'I think we should flat-out require that importers _always_ have a ticket attach when they call this, and that they ' +
    'can cope with additional locks being taken (i.e. full EDEADLCK) handling.',
  wrong: {
    scenario: './wrong.scenario.ts',
    verdict: 'deadlock',
    says: "while the importer's page tables holds 1 (it still does)",
    text:
      'Moving and submitting both have tickets, and the younger would give way. But the notification is called without ' +
      "the mover's, so for the importer's page tables it waits as nobody in particular: the mover cannot give way any more.",
  },
  right: {
    scenario: './right.scenario.ts',
    text:
      'Every callback that may lock receives the transaction, and locks under its ticket. If that has to give way, the ' +
      'whole move unwinds to the top, gives back what it has, and begins again with the lock that it was refused. ' +
      '(`invalidate` of this library takes no lock at all: see exhibit 17.)',
  },
});
