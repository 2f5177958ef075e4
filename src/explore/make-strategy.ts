/** The strategies by name, and what each of them cannot be combined with. */
import { Apart } from './apart.ts';
import { DepthFirstStrategy } from './depth-first.ts';
import { DporStrategy } from './dpor.ts';
import { PctStrategy, RandomStrategy } from './random.ts';
import type { Limits } from './report.ts';
import type { Strategy } from './strategy.ts';

/** What a search is about. */
export interface SearchPlan {
  readonly limits: Limits;
  /** Agents that may be killed, by index. */
  readonly killable: readonly number[];
  readonly agents: number;
  readonly isTimed: boolean;
  /** Whether the scenario has a check that runs after every step. */
  readonly hasAlways: boolean;
}

/** Outcomes: the strategy, or throws: there is none of that name, or it cannot do what the limits ask for. */
export function makeStrategy(name: string, plan: SearchPlan): Strategy {
  const { killable } = plan;
  const { seed = 1, depth = 3, preemptions = Infinity } = plan.limits;
  switch (name) {
    case 'dfs':
      return new DepthFirstStrategy(preemptions, killable.length > 0);
    case 'por': {
      expectOrderOnly('por', plan);
      const scout = new RandomStrategy(seed, killable);
      const apart = new Apart(plan.agents);
      return new DepthFirstStrategy(preemptions, killable.length > 0, { apart, scout });
    }
    case 'random':
      return new RandomStrategy(seed, killable);
    case 'pct':
      return new PctStrategy(seed, killable, depth);
    case 'dpor':
      expectOrderOnly('dpor', plan);
      return new DporStrategy();
    default:
      throw new Error(`There is no strategy '${name}'; there are dfs, por, dpor, random and pct.`);
  }
}

/** Partial order reduction leaves out orders that these would tell apart. */
function expectOrderOnly(strategy: 'dpor' | 'por', { killable, isTimed, hasAlways }: SearchPlan): void {
  const isSeen = hasAlways ? "the check 'always'" : undefined;
  const isKilling = strategy === 'dpor' && killable.length > 0;
  const what = isKilling ? 'killAgents' : isTimed ? 'timeouts' : isSeen;
  if (what !== undefined) throw new Error(`The strategy '${strategy}' cannot be combined with ${what}; use 'dfs'.`);
}
