/** Bugs planted in the sources that ship: the explorations of this folder find each, and its replay line fails the same way. */
import type { Limits } from 'fenceline/check';
import { test } from 'vitest';
import { assertPlantedBugsFound } from '../planted.ts';

const scenarioOf = (name: string) => new URL(`./${name}.scenario.ts`, import.meta.url);
const alive = { killAgents: false } as const;
const killed = { killAgents: true, preemptions: 0 } as const;

const planted: readonly (readonly [name: string, limits: Limits])[] = [
  ['in-order', { preemptions: 1, ...alive }],
  ['overlapping', { preemptions: 1, ...alive }],
  ['reused', { preemptions: 1, ...alive }],
  ['foreign', { preemptions: 0, ...alive }],
  ['locked', { preemptions: 1, ...alive }],
  ['passing', { preemptions: 1, ...alive }],
  ['late-listener', { preemptions: 1, ...alive }],
  ['memory', { preemptions: 1, ...alive }],
  ['own-budget', { preemptions: 0, ...alive }],
  ['fetched-ahead', { preemptions: 0, ...alive }],
  ['fetched-beside', { preemptions: 1, ...alive }],
  ['cancelled', killed],
  ['rerun', { preemptions: 0 }],
  ['transfers', killed],
  ['finished', { preemptions: 0 }],
  ['opened', { preemptions: 2, ...alive }],
  ['closed', { preemptions: 2, ...alive }],
];
/** `npm test` looks for some of them; `npm run test:all` looks for all. */
const inShort = new Set(['foreign', 'closed']);
const isLong = process.env.FENCELINE_LONG === '1';
const looked = planted.filter(([name]) => isLong || inShort.has(name));

test.each(looked)('planted bugs are found in %s', (name, limits) => assertPlantedBugsFound(scenarioOf(name), limits));
