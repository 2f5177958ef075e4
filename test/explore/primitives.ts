/** Turns a list of scenarios of one primitive into tests: each holds, its planted bugs are found, its coverage is listed. */
import { readdirSync, readFileSync } from 'node:fs';
import { check, explore, type Failure, type Limits, type PlantedBug, type Report } from 'fenceline/check';
import { describe, expect, test } from 'vitest';
import { isLong, looksForAllPlanted } from '../lengths.ts';
import { assertMeant } from './planted.ts';

export interface Exploration {
  /** What holds, as a rule in the present tense. */
  readonly rule: string;
  /** Path below this folder, without `.scenario.ts`. */
  readonly scenario: string;
  /** On top of the scenario's own. */
  readonly limits?: Limits;
  /** Narrower bounds on top of these, with which `npm test` is done in a moment; `npm run test:all` is without them. */
  readonly short?: Limits;
  /** Takes seconds: only `npm run test:all` runs it. */
  readonly isLong?: boolean;
  /** What it takes for planted bugs that hide deeper than the time of `npm test` allows for all of it. */
  readonly plantedLimits?: Limits;
  /** Every outcome there may be, and each must be met; left out where the scenario itself judges each outcome. */
  readonly outcomes?: readonly unknown[];
}

export interface Primitive {
  /** As planted bugs name it. */
  readonly name: string;
  readonly explorations: readonly Exploration[];
  /** Sources whose operations are listed. */
  readonly modules: readonly string[];
  /** Functions that these scenarios do not reach, with the reason. */
  readonly unreached?: Readonly<Record<string, string>>;
  /** Planted bugs that change nothing anybody could see, with the argument. */
  readonly equivalent?: Readonly<Record<string, string>>;
  /** Where a planted bug is looked for first; everywhere else after that. */
  readonly foundBy?: Readonly<Record<string, string>>;
}

/** Seconds are for idle cores; this is for busy ones. */
const secondsMax = 300;
const testMs = 900_000;
/** Time a single exploration of a planted bug may take before the next scenario is tried. */
const plantedSeconds = 60;

interface Planted extends PlantedBug {
  readonly primitive: string;
  readonly why: string;
}

export function testPrimitive(primitive: Primitive): void {
  const reached = new Map<string, Set<string>>();
  const unreached = new Map<string, Set<string>>();
  describe(`explorations of ${primitive.name}`, () => {
    for (const one of primitive.explorations.filter((each) => isLong || each.isLong !== true)) {
      test(
        one.rule,
        async () => {
          const report = await check(urlOf(one.scenario), boundsOf(one));
          print(one.scenario, report);
          expect(report.isComplete, 'Nothing within the bounds was left out.').toBe(true);
          if (one.outcomes !== undefined) {
            expect([...report.outcomes.keys()].sort()).toEqual(
              one.outcomes.map((outcome) => JSON.stringify(outcome)).sort(),
            );
          }
          noteCoverage(primitive, report, reached, unreached);
        },
        testMs,
      );
    }
    // What is reached is known once all have run.
    if (!isLong && primitive.explorations.some((each) => each.isLong)) return;
    test('every cell operation is reached, or its function is listed with a reason', () => {
      const missing: string[] = [];
      for (const module of primitive.modules) {
        const left = [...(unreached.get(module) ?? [])].filter((one) => !reached.get(module)?.has(one));
        console.log(`${module}: ${reached.get(module)?.size ?? 0} operations reached, ${left.length} not`);
        for (const one of left) {
          const reason = primitive.unreached?.[functionOf(one)];
          console.log(`  ${one}: ${reason ?? 'not reached'}`);
          if (reason === undefined) missing.push(`${module}:${one}`);
        }
      }
      expect(missing).toEqual([]);
    });
  });
}

function boundsOf({ limits, short }: Exploration): Limits {
  return { seconds: secondsMax, ...limits, ...(isLong ? {} : short) };
}

/** How many planted bugs of each primitive tests look for; FENCELINE_PLANTED=all looks for all (minutes). */
const plantedPerPrimitive = 1;

/** Tests that the planted bugs of the primitive are found, and that their printed lines fail the same way. */
export function testPlanted(primitive: Primitive): void {
  describe(`planted bugs of ${primitive.name}`, () => {
    const bugs = plantedOf(primitive.name);
    expect(bugs.length).toBeGreaterThan(3);
    const real = bugs.filter(({ name }) => primitive.equivalent?.[name] === undefined);
    for (const bug of looksForAllPlanted ? bugs : real.slice(0, plantedPerPrimitive)) {
      const argument = primitive.equivalent?.[bug.name];
      if (argument !== undefined) {
        test(
          `'${bug.name}' is no bug: ${argument}`,
          async () => {
            for (const one of primitive.explorations) {
              const report = await explorePlanted(one, bug);
              expect(report?.failure?.message).toBeUndefined();
            }
          },
          testMs,
        );
        continue;
      }
      test(`'${bug.name}' is found`, () => assertFound(primitive, bug), testMs);
    }
  });
}

async function assertFound(primitive: Primitive, bug: Planted): Promise<void> {
  const first = primitive.foundBy?.[bug.name];
  const order = [...primitive.explorations].sort((a, b) => Number(b.scenario === first) - Number(a.scenario === first));
  let executions = 0;
  for (const one of order) {
    const report = await explorePlanted(one, bug);
    executions += report?.executions ?? 0;
    if (report?.failure === undefined) continue;
    const { failure, seconds } = report;
    assertMeant(failure);
    console.log(
      `${bug.name}: ${failure.kind} in ${one.scenario} after ${report.executions}, ${Math.ceil(seconds * 1000)} ms`,
    );
    await assertReplays(one, bug, failure);
    return;
  }
  expect.fail(`The planted bug '${bug.name}' was not found in ${executions} executions. ${bug.why}`);
}

/** Outcomes: undefined where the scenario does not reach the patched source. */
async function explorePlanted(one: Exploration, bug: Planted): Promise<Report | undefined> {
  try {
    return await explore(urlOf(one.scenario), {
      seconds: plantedSeconds,
      ...one.limits,
      ...one.plantedLimits,
      patches: [patchOf(bug)],
      planted: bug.name,
    });
  } catch (error) {
    if (error instanceof Error && error.message.includes('matches no source')) return undefined;
    throw error;
  }
}

/** The printed line fails the same way. It finds its bug by name, which for these lists has to be given again. */
async function assertReplays(one: Exploration, bug: Planted, failure: Failure): Promise<void> {
  const again = await explore(urlOf(one.scenario), {
    replay: failure.replay,
    patches: [patchOf(bug)],
    planted: bug.name,
  });
  expect(again.failure?.kind).toBe(failure.kind);
  expect(again.failure?.message).toBe(failure.message);
}

function patchOf({
  file,
  find,
  replace,
}: Planted): PlantedBug['file'] extends string ? Pick<PlantedBug, 'file' | 'find' | 'replace'> : never {
  return { file, find, replace };
}

/** The bugs that somebody else planted, of one primitive. */
export function plantedOf(name: string): readonly Planted[] {
  const folder = new URL('./planted/', import.meta.url);
  const found: Planted[] = [];
  for (const file of readdirSync(folder).sort()) {
    if (!file.endsWith('.json')) continue;
    const bugs = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as readonly Planted[];
    found.push(...bugs.filter(({ primitive }) => primitive === name));
  }
  return found;
}

function urlOf(scenario: string): URL {
  return new URL(`./${scenario}.scenario.ts`, import.meta.url);
}

function print(name: string, { executions, states, points, seconds, outcomes, isComplete }: Report): void {
  const end = isComplete ? 'complete' : 'not complete';
  const counts = `${executions} executions, ${states} states, ${points} points, ${outcomes.size} outcomes`;
  console.log(`${name}: ${counts}, ${end}, ${Math.ceil(seconds * 1000)} ms`);
}

function noteCoverage(
  { modules }: Primitive,
  report: Report,
  reached: Map<string, Set<string>>,
  unreached: Map<string, Set<string>>,
): void {
  for (const module of report.coverage) {
    if (!modules.includes(module.file)) continue;
    for (const one of module.reached) setIn(reached, module.file).add(one);
    for (const one of module.unreached) setIn(unreached, module.file).add(one);
  }
}

function setIn(map: Map<string, Set<string>>, key: string): Set<string> {
  const known = map.get(key) ?? new Set();
  map.set(key, known);
  return known;
}

/** `12:3 load in name` -> `name`. */
function functionOf(operation: string): string {
  return operation.split(' in ')[1] ?? operation;
}
