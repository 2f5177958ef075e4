/**
 * Makes a failing schedule simpler: fewer interruptions first, then fewer steps. Always the same way from the same schedule.
 *
 * An interruption is what nothing forced: a switch away from an agent that could go on, a death, a time-out. Candidates are
 * edits of the stretches in which one agent goes on by itself; each is run loosely (LooseScript: what does not fit is skipped,
 * and after the end whoever ran goes on) and counts as what it really did. One is taken only if it fails the same way.
 *
 * Not a search for the least: what is left cannot be made simpler by one such edit, within the budget.
 */
import { KILL } from './choices.ts';
import type { Extent } from './report.ts';
import type { Broken } from './world-parts.ts';

/** One execution, by what was really chosen. */
export interface Attempt {
  readonly script: readonly number[];
  readonly interruptions: number;
  readonly broken: Broken | undefined;
}

/** Well under a second, and hardly ever reached. */
const usualBudget: Budget = { executions: 2000, steps: 500_000 };

export interface Budget {
  readonly executions: number;
  /** Of all executions together. */
  readonly steps: number;
}

/** One agent's steps in a row, or one death or expiry. */
interface Stretch {
  readonly choice: number;
  readonly count: number;
}

/** Outcomes: the simplest attempt found, which fails as `first` does; `first` itself if there is none simpler. */
export function shrink(
  first: Attempt,
  run: (script: readonly number[]) => Attempt,
  budget: Budget = usualBudget,
): Attempt {
  let best = first;
  let { executions, steps } = budget;
  search: for (;;) {
    for (const candidate of candidatesOf(best.script)) {
      if (executions-- <= 0 || steps <= 0) return best;
      const attempt = run(candidate);
      steps -= attempt.script.length + 1;
      if (!isSimpler(attempt, best) || attempt.script.length > first.script.length) continue;
      if (!failsAlike(attempt.broken, first.broken)) continue;
      best = attempt;
      continue search;
    }
    return best;
  }
}

export function extentOf({ script, interruptions }: Attempt): Extent {
  return { steps: script.length, interruptions };
}

/** The same kind and the same sentence, but for numbers; those of lines count. */
export function failsAlike(one: Broken | undefined, other: Broken | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  return one.kind === other.kind && masked(one.message) === masked(other.message);
}

function masked(message: string): string {
  return message.replace(/(?<![:\w])\d+/g, '#');
}

function isSimpler(one: Attempt, other: Attempt): boolean {
  if (one.interruptions !== other.interruptions) return one.interruptions < other.interruptions;
  return one.script.length < other.script.length;
}

/** Edits in a fixed order, those first that are likely to take away most. */
function* candidatesOf(script: readonly number[]): Generator<readonly number[]> {
  const stretches = stretchesOf(script);
  for (let at = 0; at < stretches.length; at++) yield written(stretches.slice(0, at));
  for (let at = 0; at < stretches.length; at++) {
    const joined = joinedAt(stretches, at);
    if (joined !== undefined) yield written(joined);
  }
  for (let at = 0; at < stretches.length; at++) yield written(stretches.toSpliced(at, 1));
  for (let at = 0; at < stretches.length; at++) {
    const { choice, count } = stretches[at] as Stretch; // below the length
    if (count > 2) yield written(stretches.with(at, { choice, count: count >> 1 }));
    if (count > 1) yield written(stretches.with(at, { choice, count: count - 1 }));
  }
}

/** The next stretch of the same agent comes at once. */
function joinedAt(stretches: readonly Stretch[], at: number): readonly Stretch[] | undefined {
  const { choice, count } = stretches[at] as Stretch; // the caller counts
  if (choice >= KILL) return undefined;
  const next = stretches.findIndex((other, index) => index > at && other.choice === choice);
  if (next < 0) return undefined;
  const more = (stretches[next] as Stretch).count; // found
  return stretches.toSpliced(next, 1).with(at, { choice, count: count + more });
}

function stretchesOf(script: readonly number[]): readonly Stretch[] {
  const found: Stretch[] = [];
  for (const choice of script) {
    const last = found.at(-1);
    if (last?.choice === choice && choice < KILL) found[found.length - 1] = { choice, count: last.count + 1 };
    else found.push({ choice, count: 1 });
  }
  return found;
}

function written(stretches: readonly Stretch[]): readonly number[] {
  return stretches.flatMap(({ choice, count }) => Array<number>(count).fill(choice));
}
