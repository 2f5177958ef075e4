import { exhibit } from '../exhibit.ts';

export default exhibit({
  title: 'A driver is unloaded while fences are pending',
  seed: '000',
  quotation:
    'If you have a static context structure like most drivers have then you must make sure that all fences at least signal before you unload your driver.',
  wrong: {
    scenario: './wrong.scenario.ts',
    verdict: 'deadlock',
    says: 'agent user sleeps',
    text:
      'The driver does make sure: it signals until nothing is pending, and unloads. A user that looked before the driver ' +
      'was unloaded submits after the driver looked, and sleeps for ever on a fence that nobody will signal.',
  },
  right: {
    scenario: './right.scenario.ts',
    text:
      'The owner of a timeline closes it, in one step that ends every point: what was not signalled fails, and can still be ' +
      'asked about. A driver that dies instead is closed in its place, at whatever step it died.',
  },
});
