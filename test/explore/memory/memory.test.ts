/**
 * Buffers that move, in every order of steps within a bound, and with agents that die at every step. Checked: the placement
 * names the contents at every instant, nobody hangs for want of memory that could be made free, and accounting is exact.
 */
import { check, type Limits } from 'fenceline/check';
import { expect, test } from 'vitest';
import { completeWithin } from '../../lengths.ts';
import { assertPlantedBugsFound } from '../planted.ts';

const scenarioOf = (name: string) => new URL(`./${name}.scenario.ts`, import.meta.url);
const alive = { killAgents: false } as const;
const killed = { killAgents: true, preemptions: 0 } as const;

/** `npm test` runs some of them; `npm run test:all` runs all. */
const isLong = process.env.FENCELINE_LONG === '1';
/** Seconds are for idle cores; this is for busy ones. */
const patienceMs = 400_000;

const cases: readonly (readonly [rule: string, name: string, limits: Limits])[] = [
  ['two movers leave the contents whole at every instant', 'moved', { preemptions: 1, ...alive }],
  ['transactions that evict each other both get through', 'contended', { preemptions: 1, ...alive }],
  ['an edit of what a source made is not taken for its, wherever the editor dies', 'edited', killed],
  ['contents that are replaced are not read back', 'replaced', { preemptions: 0, ...alive }],
];
const longCases: typeof cases = [
  ['contents that are replaced stay swapped out until a job begins', 'replaced', { preemptions: 1, ...alive }],
  ['contents that are to be replaced are the old ones, the new ones, or lost', 'replaced', killed],
  [
    'readers that need several sources at once do not evict them from each other',
    'claimed',
    { preemptions: 0, ...alive },
  ],
  ['what is pinned stays where it is', 'pinned', { preemptions: 1, ...alive }],
  ['a buffer is filled by its source whenever it is needed', 'filled', { preemptions: 1, ...alive }],
  ['jobs take turns in memory that holds one buffer', 'evicted', { preemptions: 0, ...alive }],
  ['a buffer is filled by its source, or is lost with it', 'filled', killed],
  ['what is pinned may be moved once its agent is dead', 'pinned', killed],
  ['two movers that interrupt each other twice leave the contents whole', 'moved', { preemptions: 2, ...alive }],
  ['a mover that dies leaves the contents whole, wherever it dies', 'moved', killed],
  ['transactions that evict each other leave nothing half done, whoever dies', 'contended', killed],
  ['jobs take turns in memory that holds one buffer, with interruptions', 'evicted', { preemptions: 1, ...alive }],
  ['jobs take turns, though the worker dies', 'evicted', { killAgents: ['worker'], preemptions: 0, seconds: 200 }],
  [
    'jobs take turns, or end, where their submitter dies',
    'evicted',
    { killAgents: ['main'], preemptions: 0, seconds: 200 },
  ],
];

test.each(isLong ? [...cases, ...longCases] : cases)(
  '%s',
  async (_, name, limits) => {
    const report = await check(scenarioOf(name), { ...completeWithin, ...limits });
    console.log(`${name}: ${report.executions} executions, ${report.points} points, ${report.seconds.toFixed(2)} s`);
    expect(report.isComplete).toBe(true);
  },
  patienceMs,
);

const planted: readonly (readonly [name: string, limits: Limits])[] = [['moved', killed]];
const longPlanted: typeof planted = [
  ['edited', killed],
  ['claimed', { preemptions: 0, ...alive }],
  ['filled', { preemptions: 1, ...alive }],
  ['pinned', { preemptions: 1, ...alive }],
  ['outlived', killed],
  ['replaced', killed],
  ['contended', { preemptions: 1, ...alive }],
  ['evicted', { preemptions: 1, ...alive }],
];

test.each(isLong ? [...planted, ...longPlanted] : planted)(
  'planted bugs are found in %s',
  (name, limits) => assertPlantedBugsFound(scenarioOf(name), limits),
  patienceMs,
);
