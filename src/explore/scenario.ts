/**
 * Scenarios: what the explorer runs. A `*.scenario.ts` file has one as its default export; the explorer loads the file
 * through its own transform, so no build or test set-up is needed and the same file serves the CLI and tests.
 */

import type { Patch } from './report.ts';

/** What a scenario says beyond its agents. All of it runs at once, without other agents in between. */
export interface ScenarioParts<S, R extends Record<string, unknown>> {
  /** Makes a fresh world, alike every time. Not interleaved with anything. */
  readonly setup: () => S;
  /** One function per agent. What it returns is its result; it may finish with callbacks pending. */
  readonly agents: { readonly [N in keyof R]: (shared: S) => R[N] };
  /** Must not throw after any step. */
  readonly always?: (shared: S) => void;
  /** Must not throw once nobody can go on. The result of an agent that died is undefined. */
  readonly after?: (shared: S, results: R) => void;
  /**
   * The only results that may come out, of all agents together; an outcome that is not listed is a failure. Results are
   * compared as JSON; an agent that died, or gives nothing, has none.
   */
  readonly outcomes?: readonly Partial<NoInfer<R>>[];
  /** An extra agent that may start at any time after an agent was killed: the proof of stop, and the repair. */
  readonly afterDeath?: (shared: S, dead: keyof R & string) => void;
  /** A name for a word in schedules. */
  readonly describeWord?: (words: ArrayBufferView, index: number) => string | undefined;
  /** Limits that this scenario wants unless the caller says otherwise. */
  readonly options?: ScenarioOptions;
}

export interface ScenarioOptions {
  readonly strategy?: 'dfs' | 'por' | 'dpor' | 'random' | 'pct';
  readonly preemptions?: number;
  readonly executions?: number;
  readonly killAgents?: boolean | readonly string[];
  readonly timeouts?: 'never' | 'explored';
  readonly stepsMax?: number;
  readonly spinsMax?: number;
  readonly races?: boolean;
  /** Edits that make a constant of the sources small, so that its border is in reach. Those of the caller come on top. */
  readonly patches?: readonly Patch[];
}

/** Made by `scenario`; opaque to users but for the names of its agents. */
export interface Scenario {
  readonly agents: readonly string[];
}

const partsOfScenario: WeakMap<Scenario, ScenarioParts<unknown, Record<string, unknown>>> = new WeakMap();

/** Declares a scenario: the default export of a `*.scenario.ts` file. */
export function scenario<S, R extends Record<string, unknown>>(parts: ScenarioParts<S, R>): Scenario {
  const made: Scenario = Object.freeze({ agents: Object.keys(parts.agents) });
  // The explorer hands every part exactly what `setup` gave and what the agents returned, so S and R meet again there.
  partsOfScenario.set(made, parts as unknown as ScenarioParts<unknown, Record<string, unknown>>);
  return made;
}

/** The parts of a scenario, or undefined if it is something else. */
export function partsOf(made: unknown): ScenarioParts<unknown, Record<string, unknown>> | undefined {
  return typeof made === 'object' && made !== null ? partsOfScenario.get(made as Scenario) : undefined;
}
