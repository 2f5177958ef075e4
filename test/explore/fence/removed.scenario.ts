/** Callbacks are removed while they are about to run: by one that runs before them, and by another task of their agent. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { queueTask } from '#fenceline/cells/task.js';
import { signal } from '#fenceline/fence/timeline.js';
import { cancelWatch, type FenceWaiter, watchPoints } from '#fenceline/fence/watch.js';
import { agentIn, bury, describeWordOf, oneTicket } from '../world.ts';
import { newLine, pointOf } from './lines.ts';

const size = { seated: 3 };
const names = ['signaller', 'listener'];

export default scenario({
  setup: () => newLine(size, 2, [1, 2]),
  agents: {
    signaller: (world) => {
      signal(agentIn(world, 0), world.writer, 1);
      signal(agentIn(world, 0), world.writer, 2);
    },
    listener: (world) => {
      const agent = agentIn(world, 1);
      const [one, two] = [[pointOf(world, 1)], [pointOf(world, 2)]];
      const log: string[] = [];
      const removed: FenceWaiter[] = [];
      watchPoints(agent, one, () => {
        log.push('first');
        for (const waiter of removed) cancelWatch(waiter);
      });
      removed.push(watchPoints(agent, one, () => log.push('removed by the first')));
      const late = watchPoints(agent, two, () => log.push('late'));
      watchPoints(agent, two, () => log.push('last'));
      queueTask(() => {
        cancelWatch(late);
        cancelWatch(late);
        log.push('late is removed');
      });
      return log;
    },
  },
  afterDeath: (world, dead) => bury(world, names.indexOf(dead)),
  after: (_world, { listener: log }) => {
    if (log === undefined) return;
    for (const name of ['first', 'last', 'late is removed'])
      assert.equal(log.filter((one) => one === name).length, 1, `'${name}' once: ${log.join()}.`);
    assert(!log.includes('removed by the first'), log.join());
    assert(log.indexOf('late') <= log.indexOf('late is removed'), `Nothing runs after it was removed: ${log.join()}.`);
    assert(log.filter((one) => one === 'late').length <= 1, log.join());
    if (log.includes('late')) assert(log.indexOf('late') < log.indexOf('last'), 'In order of registration.');
  },
  describeWord: describeWordOf(size),
  options: { killAgents: true, preemptions: 2, patches: [oneTicket] },
});
