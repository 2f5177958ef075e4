/** The outcomes that a scenario says may come out: what else comes out is a failure, and what never does is listed. */
import type { ScenarioParts } from './scenario.ts';

export class Expected {
  /** As outcome-text.ts writes them; undefined if the scenario says nothing. */
  readonly #texts: ReadonlySet<string> | undefined;

  constructor({ agents, outcomes }: ScenarioParts<unknown, Record<string, unknown>>) {
    if (outcomes === undefined) return;
    const names = Object.keys(agents);
    for (const outcome of outcomes) {
      const stranger = Object.keys(outcome).find((name) => !names.includes(name));
      if (stranger === undefined) continue;
      throw new Error(`The expected outcomes name '${stranger}'; the agents are ${names.join(', ')}.`);
    }
    this.#texts = new Set(
      outcomes.map((outcome) => JSON.stringify(Object.fromEntries(names.map((name) => [name, outcome[name]])))),
    );
  }

  /** A sentence if the outcome may not come out. */
  refusal(outcome: string): string | undefined {
    if (this.#texts === undefined || this.#texts.has(outcome)) return undefined;
    return `The outcome ${outcome} is none of the ${this.#texts.size} expected: ${[...this.#texts].join(', ')}.`;
  }

  /** What was expected and did not come out. */
  missing(outcomes: ReadonlyMap<string, number>): readonly string[] {
    return this.#texts === undefined ? [] : [...this.#texts].filter((text) => !outcomes.has(text));
  }
}
