/** An agent that arms a wake-up and leaves; microtasks come before wake-ups, and nothing runs before it has left. */
import { scenario } from 'fenceline/check';
import { add, load, notifyAll, sleepAsync } from '#fenceline/cells/cell.js';
import { queueTask } from '#fenceline/cells/task.js';

export default scenario({
  setup: () => new Int32Array(new SharedArrayBuffer(8)),
  agents: {
    listener: (words) => {
      const log: string[] = [];
      sleepAsync(words, 0, load(words, 0), () => log.push(`woken at ${load(words, 0)}`));
      queueTask(() => log.push('task'));
      load(words, 1);
      log.push('left');
      return log;
    },
    ringer: (words) => {
      add(words, 0, 1);
      notifyAll(words, 0);
    },
  },
});
