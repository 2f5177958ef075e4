/**
 * Jobs, buffers, sync objects and transactions in every order of their steps within a bound, and with agents that die.
 * Checked: nobody hangs, each job runs once (again only where that was asked for), no kernel touches a buffer beside
 * another one that may not (as a data race), outcomes tell the truth, and at the end every table is empty.
 *
 * `npm test` runs some of them, `npm run test:all` all. Wider bounds: schedule.long.test.ts. Planted bugs: schedule-planted.test.ts.
 */
import { check, type Limits } from 'fenceline/check';
import { expect, test } from 'vitest';
import { completeWithin } from '../../lengths.ts';

const scenarioOf = (name: string) => new URL(`./${name}.scenario.ts`, import.meta.url);
const alive = { killAgents: false } as const;
const killed = { killAgents: true, preemptions: 0 } as const;

const cases: readonly (readonly [rule: string, name: string, limits: Limits])[] = [
  ['a reader follows the writer of its buffer', 'in-order', { preemptions: 1, ...alive }],
  ['a reader and a writer do not overlap on two workers', 'overlapping', { preemptions: 0, ...alive }],
  ['jobs that do not conflict run, whoever takes them', 'independent', { preemptions: 0, ...alive }],
  ['the parts of a job run once each', 'split', { preemptions: 0, ...alive }],
  ['a job waits for a point of another timeline, or fails with it', 'foreign', { preemptions: 0, ...alive }],
  ['a job is admitted when the lock of its buffer comes free', 'locked', { preemptions: 0, ...alive }],
  ['who gives a job its turn is let pass', 'passing', { preemptions: 1, ...alive }],
  ['who gives a job its turn is let pass, or dies over it', 'passing', killed],
  ['a job that a worker admits by its last look is listened for', 'late-listener', { preemptions: 1, ...alive }],
  ['a job waits for memory until a buffer is gone', 'memory', { preemptions: 0, ...alive }],
  ['jobs of two submitters over crossed buffers make no circle', 'crossed', { preemptions: 0, ...alive }],
  ['a job slot is used again, and who was late leaves it alone', 'one-slot', { preemptions: 0, ...alive }],
  ['memory is given all or nothing, in order', 'memory-pairs', { preemptions: 0, ...alive }],
  [
    'a mapping waits for the job before it, and the job behind it for the mapping',
    'mapped',
    { preemptions: 0, ...alive },
  ],
  ['a pool that is deserted is cleared away', 'deserted', { preemptions: 0, ...alive }],
  ['a job whose submitter leaves is ended by others', 'orphaned', { preemptions: 1, ...alive }],
  ['a job whose submitter leaves is ended by others, whoever dies', 'orphaned', killed],
  ['nothing of one use of a job slot reaches the next', 'again', { preemptions: 0, ...alive }],
  ['jobs that wait for a lock keep their order', 'queue-order', { preemptions: 0, ...alive }],
  ['jobs of two submitters do not wait for each other', 'strangers', { preemptions: 0, ...alive }],
  ['a job that found no room is admitted when there is some', 'room', { preemptions: 0, ...alive }],
  ["who waits for the budget of its client is in nobody else's way", 'own-budget', { preemptions: 0, ...alive }],
  [
    "who waits for the budget of its client is in nobody else's way, whenever",
    'own-budget',
    { preemptions: 1, ...alive },
  ],
  ['what the next job needs is fetched while it waits for a lock', 'fetched-ahead', { preemptions: 0, ...alive }],
  ['what the next job needs is fetched, and comes back once', 'fetched-ahead', { preemptions: 1, ...alive }],
  ['what was being fetched is whole, wherever its worker dies', 'fetch-cut', { preemptions: 0 }],
  ['nothing that is in use is moved by who fetches', 'fetched-beside', { preemptions: 1, ...alive }],
  ['what has to be copied is left to who is idle', 'left-to-idle', { preemptions: 0, ...alive }],
  ['a job that may not run again runs once', 'once', { preemptions: 0, killAgents: ['worker'] }],
  ['no worker sleeps while a job is ready', 'meeting', { preemptions: 0, ...alive }],
  ['a job of which one part throws has failed', 'thrown', { preemptions: 0, ...alive }],
  ['a time limit is that of one job', 'overdue', { preemptions: 1, ...alive }],
  ['who cancels a pool cancels nothing else', 'cancelled-pool', { preemptions: 0, ...alive }],
  ['the jobs of a pool that is given up are all over', 'given-up', { preemptions: 1, ...alive }],
  ['a cancelled job runs once or says so', 'cancelled', { preemptions: 1, ...alive }],
  ['a cancelled job is accounted for, whoever dies', 'cancelled', killed],
  ['a job that may run again survives its worker', 'rerun', { preemptions: 0 }],
  ['two transactions lose nothing', 'transfers', { preemptions: 1, ...alive }],
  ['the record of one transaction is not taken for that of another', 'transfers-apart', { preemptions: 0 }],
  ['what a dead agent was publishing is published, whoever dies over it', 'redone', { preemptions: 0 }],
  ['a buffer is closed by the last one out', 'opened', { preemptions: 1, ...alive }],
  ['a buffer is closed by the last one out, or by who repairs', 'opened', killed],
  ['a closed buffer goes with its last fence', 'closed', { preemptions: 1, ...alive }],
  ['a closed buffer goes with its last fence, whoever dies', 'closed', killed],
  ['who waits for a sync object gets a whole fence', 'sync-object', { preemptions: 1, ...alive }],
  ['who waits for a sync object gets a whole fence, whoever dies', 'sync-object', killed],
];

const isLong = process.env.FENCELINE_LONG === '1';
const inShort = new Set(['in-order', 'foreign', 'locked', 'memory', 'transfers', 'closed', 'fetched-ahead']);
const looked = cases.filter(
  ([, name, { preemptions }]) => isLong || (inShort.has(name) && (preemptions === 0 || name === 'transfers')),
);

test.each(looked)('%s', async (_rule, name, limits) => {
  const report = await check(scenarioOf(name), { ...completeWithin, ...limits });
  console.log(`${name}: ${report.executions} executions, ${report.points} points, ${report.seconds.toFixed(2)} s`);
  expect(report.isComplete).toBe(true);
});
