import { exhibit } from '../exhibit.ts';

export default exhibit({
  title: 'A contended lock is handed up without its reference',
  seed: '001',
  quotation:
    'We need to pass that up the entire callchain, including a temporary reference (we have to drop locks to do the ' +
    'ww_mutex_lock_slow call), and need a custom callback to drop that temporary reference',
  wrong: {
    scenario: './wrong.scenario.ts',
    verdict: 'assertion',
    says: 'It waited for the lock of the frame',
    text:
      'The nested call that met the lock tells the top which one it was, and drops its reference on the way, as it does for ' +
      'every error. Nothing keeps the buffer then: by the time the top waits for that lock, its memory is another buffer.',
  },
  right: {
    scenario: './right.scenario.ts',
    text:
      'The transaction itself holds a reference to every buffer whose lock it meets, from before the first attempt until all ' +
      'of it is over. The nested call drops nothing, the top needs no callback, and a slot is not used again under ' +
      'somebody who waits for its lock.',
  },
});
