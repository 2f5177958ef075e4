/** What waiters tell signallers, any-of, and callbacks and fences on the move, as core.ts lists the other primitives. */
import type { Primitive } from './primitives.ts';

export const wishes: Primitive = {
  name: 'wishes',
  modules: ['src/fence/wishes.ts', 'src/fence/relay.ts'],
  foundBy: {
    'wish-without-a-ring': 'fence/first-wait',
    'rung-before-the-wish': 'fence/first-wait',
    'wish-overwrites-a-higher-one': 'fence/first-wait',
    'listening-without-a-wish': 'fence/first-wait',
    'served-only-once': 'fence/first-wait',
    'wanted-word-of-the-former-timeline': 'fence/wanted-reused',
    'deadline-without-a-ring': 'fence/deadlines',
    'later-deadline-replaces-the-earlier': 'fence/deadlines',
    'deadline-taken-in-two-steps': 'fence/deadlines',
    'deadline-for-the-earlier-point': 'fence/deadlines',
    'relay-tells-twice': 'fence/any-of',
    'relay-tells-of-another': 'fence/any-of',
    'relay-goes-on': 'fence/any-of',
    'relay-is-over-from-the-start': 'fence/any-of',
    'removed-and-run': 'fence/removed',
    'sweep-takes-everybody': 'fence/removed',
    'sweep-ends-the-watch': 'fence/removed',
    'late-callback-overtakes': 'fence/removed',
    'state-read-before-the-number': 'fence/posted',
    'reached-without-the-generation': 'fence/posted',
    'close-code-of-another': 'fence/posted',
    'held-whatever-is-there': 'fence/posted',
  },
  explorations: [
    {
      isLong: true,
      rule: 'what somebody waits for is told once, and signalled',
      scenario: 'fence/first-wait',
      limits: { preemptions: 1, killAgents: false },
    },
    {
      isLong: true,
      rule: 'what somebody waits for is told once, and signalled, whoever dies',
      scenario: 'fence/first-wait',
      limits: { preemptions: 0 },
    },
    {
      rule: 'a wish for a timeline that is gone does not hide one for the next',
      scenario: 'fence/wanted-reused',
      limits: { preemptions: 2 },
    },
    {
      rule: 'a deadline is told in time',
      scenario: 'fence/deadlines',
      limits: { preemptions: 1, killAgents: false },
    },
    { rule: 'a deadline is told in time, whoever dies', scenario: 'fence/deadlines', limits: { preemptions: 0 } },
    {
      isLong: true,
      rule: 'an any-of is over once, with the outcome of one that was over',
      scenario: 'fence/any-of',
      limits: { preemptions: 1, killAgents: false },
    },
    {
      rule: 'an any-of is over once, with the outcome of one that was over, whoever dies',
      scenario: 'fence/any-of',
      limits: { preemptions: 0 },
    },
    {
      rule: 'a callback that was removed does not run, and the others run once, in order',
      scenario: 'fence/removed',
      limits: { preemptions: 1 },
    },
    {
      isLong: true,
      rule: 'a fence that is posted while its slot is used again is exact or unknown',
      scenario: 'fence/posted',
      limits: { preemptions: 2, killAgents: false },
    },
    {
      rule: 'a fence that is posted while its signaller ends or dies is exact or unknown',
      scenario: 'fence/posted',
      limits: { preemptions: 1 },
    },
  ],
};
