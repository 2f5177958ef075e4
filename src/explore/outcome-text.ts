/**
 * Outcomes as text: JSON of the agents' results.
 *
 * Most executions end as others did, so the text of results that are plain numbers is looked up rather than made again.
 */
import type { AgentRun } from './agent-run.ts';
import { foldLow } from './fingerprint.ts';

interface Known {
  readonly results: readonly unknown[];
  readonly text: string;
}

export class OutcomeTexts {
  readonly #known: Map<number, Known> = new Map();

  /** The text for the results of these agents, and the results by name where somebody asks for them. */
  of(agents: readonly AgentRun[]): string {
    let key = 0;
    for (const { result } of agents) {
      if (typeof result === 'number') key = foldLow(key, result | 0);
      else if (result === undefined || typeof result === 'boolean') key = foldLow(key, result === true ? 11 : 7);
      else return textOf(agents);
    }
    const known = this.#known.get(key);
    if (known !== undefined && agents.every(({ result }, index) => Object.is(result, known.results[index])))
      return known.text;
    const text = textOf(agents);
    this.#known.set(key, { results: agents.map(({ result }) => result), text });
    return text;
  }
}

export function resultsOf(agents: readonly AgentRun[]): Record<string, unknown> {
  return Object.fromEntries(agents.map(({ name, result }) => [name, result]));
}

function textOf(agents: readonly AgentRun[]): string {
  return JSON.stringify(resultsOf(agents));
}
