/** What the explorer must find in the scenarios beside this file: counts that can be worked out on paper, and known bugs. */
import type { FailureKind, Limits } from 'fenceline/check';

export interface KnownCase {
  readonly title: string;
  /** The scenario's file without its ending. */
  readonly name: string;
  readonly limits: Limits;
  /** How many different outcomes a complete search meets, or the failure that it stops at. */
  readonly expected: number | FailureKind;
  /** Executions, where the theory says how many there are. */
  readonly executions?: number;
  readonly because: string;
}

export const knownCases: readonly KnownCase[] = [
  {
    title: 'store buffering, by DPOR',
    name: 'store-buffering',
    limits: { strategy: 'dpor' },
    expected: 3,
    executions: 3,
    because: '2 x 2 orders of the two pairs, without the cyclic one',
  },
  {
    title: '2 writers of 3 each',
    name: 'two-writers',
    limits: {},
    expected: 20,
    executions: 20,
    because: '6 over 3',
  },
  {
    title: '2 writers of 3 each, 1 preemption',
    name: 'two-writers',
    limits: { preemptions: 1 },
    expected: 6,
    executions: 6,
    because: '2 without, and 2 x 2 places for one',
  },
  { title: '5 writers', name: 'five-writers', limits: {}, expected: 120, executions: 120, because: '5!' },
  {
    title: '3 dining philosophers, one turned round',
    name: 'philosophers',
    limits: {},
    expected: 6,
    because: '3!, as each pair shares a fork',
  },
  {
    title: '... all left first',
    name: 'philosophers',
    limits: { planted: 'all left first' },
    expected: 'deadlock',
    because: 'each holds one fork',
  },
  { title: 'Peterson', name: 'peterson', limits: {}, expected: 2, because: 'who is first' },
  {
    title: '... turn before wish',
    name: 'peterson',
    limits: { planted: 'turn before wish' },
    expected: 'outcome',
    because: 'both inside',
  },
  {
    title: 'Treiber stack with tags',
    name: 'treiber',
    limits: {},
    expected: 4,
    because: 'the taker is first, second, third or last of four',
  },
  {
    title: '... without tags',
    name: 'treiber',
    limits: { planted: 'ABA' },
    expected: 'assertion',
    because: 'ABA: a node in two places',
  },
  {
    title: 'bounded queue, by DPOR',
    name: 'queue',
    limits: { strategy: 'dpor' },
    expected: 3,
    because: '3 over 1',
  },
  {
    title: '... published before it is written',
    name: 'queue',
    limits: { planted: 'published before it is written' },
    expected: 'race',
    because: 'the item is read unwritten',
  },
  {
    title: '... claimed by a read and a write',
    name: 'queue',
    limits: { planted: 'claimed by a read and a write' },
    expected: 'race',
    because: 'two write one place',
  },
  {
    title: '... producers are not rung for',
    name: 'queue',
    limits: { planted: 'no ring for producers' },
    expected: 'lost wake-up',
    because: 'the place is free and its producer sleeps',
  },
  { title: 'semaphore', name: 'semaphore', limits: {}, expected: 1, because: 'two posts, two takers' },
  {
    title: '... looks for sleepers first',
    name: 'semaphore',
    limits: { planted: 'looks for sleepers first' },
    expected: 'lost wake-up',
    because: 'who falls asleep in between is not seen',
  },
];
