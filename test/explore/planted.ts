/** Asserts that every planted bug of a scenario is found, and that its printed replay line fails the same way. */
import { explore, type Failure, type Limits, type PlantedBug } from 'fenceline/check';
import { expect } from 'vitest';
import { plantedBugsOf } from '#fenceline/explore/index.js';
import { isLong, looksForAllPlanted } from '../lengths.ts';

/** A planted bug that needs other limits than its neighbours. */
export interface PlantedCase extends PlantedBug {
  readonly limits?: Limits;
}

/**
 * Explores the scenario once per planted bug; each must fail, and fail again when its replay line is run.
 * @param bugs Default: the list in the `*.planted.ts` file beside the scenario; the first of them in `npm test`.
 * Prints one line per bug with the number of executions it took.
 */
export async function assertPlantedBugsFound(
  scenario: URL,
  limits: Limits = {},
  bugs?: readonly PlantedCase[],
): Promise<void> {
  for (const bug of bugs ?? lookedFor((await plantedBugsOf(scenario)) as readonly PlantedCase[])) {
    const { name, file, find, replace } = bug;
    const patches = [{ file, find, replace }];
    const report = await explore(scenario, { ...limits, ...bug.limits, patches, planted: name });
    const { failure, executions, seconds } = report;
    expect(failure, `The planted bug '${name}' was not found in ${executions} executions.`).toBeDefined();
    if (failure === undefined) continue;
    assertMeant(failure);
    console.log(`${name}: ${failure.kind} after ${executions} executions, ${Math.ceil(seconds * 1000)} ms`);
    // With a planted file the line finds its bug by name; a list given in the test has to be given again.
    const again = await explore(
      scenario,
      bugs === undefined ? replayOnly(failure.replay) : { ...replayOnly(failure.replay), patches, planted: name },
    );
    expect(again.failure?.kind).toBe(failure.kind);
    expect(again.failure?.message).toBe(failure.message);
  }
}

/** Which of a list are looked for: all, or in `npm test` the first. */
export function lookedFor<T>(bugs: readonly T[]): readonly T[] {
  return isLong || looksForAllPlanted ? bugs : bugs.slice(0, 1);
}

/** An edit that names what its file does not have fails anywhere, and is no bug. */
export function assertMeant({ message }: Failure): void {
  expect(message).not.toMatch(/ReferenceError|is not a function/);
}

function replayOnly(replay: string): Limits {
  return { replay };
}
