/**
 * Somebody looks for jobs that take too long while one such job ends and its slot is used again: the limit is that job's
 * alone, and only who is at it is named. Its worker may be ended for it: then it has failed for its time.
 */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { codeNumber } from '#fenceline/base/errors.js';
import { ring } from '#fenceline/cells/doorbell.js';
import { sleepUntil } from '#fenceline/cells/wait.js';
import { ACCESS_WRITE, FLAG_RERUN } from '#fenceline/schedule/job.js';
import { markOverdue } from '#fenceline/schedule/time-limit.js';
import { agentIn } from '../world.ts';
import { assertEmpty } from './accounting.ts';
import { declareAndServe, newJobs, useOf } from './jobs.ts';
import { call, closePool, collect, drop, letGo, lingering, serve, specOf, waitCalled } from './pool-calls.ts';
import { small } from './space-world.ts';

const never = Number.POSITIVE_INFINITY;
const late = codeNumber('ETIME');

export default scenario({
  setup: () => {
    const world = newJobs(1, { seated: 4, jobs: 1 });
    // On its clock ten seconds have passed.
    const watcher = { ...agentIn(world, 2), traceOrigin: -10_000 };
    return { ...world, watcher, stuck: [] as number[] };
  },
  agents: {
    main: (world) => {
      const agent = agentIn(world, 0);
      const use = useOf(world, 0, ACCESS_WRITE);
      const outcomes: number[] = [];
      for (const timeoutMs of [1000, 0]) {
        const more = { parts: 2, rows: 2, timeoutMs, flags: FLAG_RERUN, retries: 3 };
        const job = call(agent, specOf(timeoutMs > 0 ? lingering : 5, [use], more));
        waitCalled(agent, [job], true);
        outcomes.push(collect(agent, job));
      }
      drop(agent, use.buffer);
      closePool(agent);
      return outcomes.join(' ');
    },
    worker: (world) => serve(world, agentIn(world, 1)) >= 0,
    watcher: (world) => {
      sleepUntil(world.watcher, () => world.ran.includes(`${lingering}.0`) || world.ended.length > 0, never);
      const stuck = markOverdue(world.watcher, 0, 100);
      world.stuck.push(...stuck);
      letGo(world, world.watcher);
      return [...stuck];
    },
  },
  afterDeath: (world, dead) => {
    if (dead === 'watcher') letGo(world, agentIn(world, 3));
    if (dead === 'main') {
      world.ended.push('main');
      ring(agentIn(world, 3), 2, -1);
    }
    declareAndServe(world, dead === 'watcher' ? 'second' : dead);
  },
  after: (world, { main, worker, watcher }) => {
    assertEmpty(world);
    for (const index of watcher ?? [])
      assert([1, 3].includes(index), 'Only a worker, or who took its place, is at a job.');
    const runs = world.ran.filter((one) => one === `${lingering}.0`).length;
    if (watcher?.includes(1)) assert(runs <= 1, 'What took too long is not run again.');
    if (main === undefined) return;
    assert(main.endsWith(' 0'), 'A job without a limit is never overdue.');
    if (worker !== undefined) assert.equal(main, '0 0', 'What ended in time by the clock of its worker is done.');
    const isNamed = world.stuck.length > 0;
    if (worker === undefined) assert([`0 0`, ...(isNamed ? [`${late} 0`] : [])].includes(main), main);
  },
  options: { preemptions: 1, patches: small },
});
