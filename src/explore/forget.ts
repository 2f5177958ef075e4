/**
 * Forgetting: what an agent of a scenario learnt and does not need any more.
 *
 * The table of states takes all that an agent's operations ever gave for what the agent knows, since it cannot look into
 * its variables. Two ways to one state then count as two, and after a few calls there are thousands of ways. A scenario
 * knows better: after a call, what matters is what the call gave and changed. It notes how much was known before the call
 * and forgets what came since, but for the values that it names.
 *
 * Whoever names too few of them makes the search leave out executions. So when two ways meet, what every agent is about to
 * do is compared, and a difference is an error (fingerprint.ts).
 */
import type { AgentRun } from './agent-run.ts';
import { bitsOf } from './fingerprint.ts';

/** How much an agent knew at a moment. Opaque. */
export interface Learnt {
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

export type Told = number | string | boolean | undefined;

const toldMark = 0x3b9f2d71;
const nothing: Learnt = { low: 0, high: 0, count: 0 };

/**
 * What the calling agent knows by now, for `forgetSince`. Context: a function of an agent in an exploration; anywhere else,
 * on real workers too, it means nothing.
 */
export function learnt(): Learnt {
  return nothing;
}

/**
 * Forgets what the calling agent learnt since, but for these values: all that its variables, and objects of its own,
 * hold of it by now, and where it stands if it may stand at several places. Searches with a table of states get shorter.
 * @param before From `learnt`, in the same agent.
 */
export function forgetSince(_before: Learnt, ..._values: readonly Told[]): void {}

/** What stands in for these two in an exploration. `running`: the agent that calls, undefined outside agents. */
export function forgetting(running: () => AgentRun | undefined): {
  readonly learnt: typeof learnt;
  readonly forgetSince: typeof forgetSince;
} {
  return {
    learnt: () => {
      const agent = running();
      return agent === undefined ? nothing : { low: agent.low, high: agent.high, count: agent.remembered };
    },
    forgetSince: (before, ...values) => {
      const agent = running();
      if (agent === undefined) return;
      // What is told here must not look like what an operation gave.
      agent.low = before.low ^ toldMark;
      agent.high = before.high ^ toldMark;
      agent.remembered = before.count;
      for (const value of values) agent.remember(bitsOf(value));
    },
  };
}
