/**
 * The explorer: runs every interleaving of a scenario's agents, within limits, over the very sources that ship.
 *
 * Not here: the CLI (`fenceline check`), and the scenarios of the library itself (test/explore).
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { plantedIn } from './choices.ts';
import { Explorer } from './explorer.ts';
import type { Program } from './linker.ts';
import { loadProgram, scenarioOf } from './linker.ts';
import type { Failure, Limits, Patch, Report } from './report.ts';
import { Runtime } from './runtime.ts';
import { shownPath } from './sources.ts';
import type { WorkersOptions, WorkersReport } from './workers.ts';
import { runOnWorkers } from './workers.ts';

export { untakenLines } from './branches.ts';
export { unreachedLines } from './coverage.ts';
export type { Learnt } from './forget.ts';
export { forgetSince, learnt } from './forget.ts';
export type { Extent, Failure, FailureKind, Limits, ModuleBranches, ModuleCoverage, Patch, Report } from './report.ts';
export type { Scenario, ScenarioOptions, ScenarioParts } from './scenario.ts';
export { scenario } from './scenario.ts';
export { scheduleTrace } from './schedule-trace.ts';
export type { WorkersOptions, WorkersReport } from './workers.ts';

/** A planted bug of a `*.planted.ts` file, whose default export is a list of these. */
export interface PlantedBug extends Patch {
  readonly name: string;
}

/** Carries the failure of a check. */
export class CheckFailed extends Error {
  readonly failure: Failure;
  readonly report: Report;

  constructor(failure: Failure, report: Report) {
    super(`${failure.kind}: ${failure.message}\n\n${failure.schedule}\n\nTo repeat it: ${failure.replay}`);
    this.failure = failure;
    this.report = report;
  }
}

CheckFailed.prototype.name = 'CheckFailed';

/**
 * Explores a scenario. Context: runs to its end in this thread before the promise settles.
 * @param file A `*.scenario.ts` (or `.js`) file; a string is a path from the current folder.
 * Outcomes: a report, with or without a failure; throws for code that cannot be explored, patches that do not match
 * exactly once, a replay that does not fit, and a scenario that does not repeat itself.
 */
export async function explore(file: URL | string, limits: Limits = {}): Promise<Report> {
  const path = typeof file === 'string' ? resolve(file) : fileURLToPath(file);
  const planted = limits.planted ?? (limits.replay === undefined ? undefined : plantedIn(limits.replay));
  const patches = limits.patches ?? (planted === undefined ? [] : [await findPlanted(path, planted)]);
  const program = await loadPatched(path, patches, limits.branches ?? false);
  return new Explorer(program, planted === undefined ? limits : { ...limits, planted }).run();
}

/** As `explore`, but throws `CheckFailed` with the schedule and the replay line if there is a failure. */
export async function check(file: URL | string, limits: Limits = {}): Promise<Report> {
  const report = await explore(file, limits);
  if (report.failure !== undefined) throw new CheckFailed(report.failure, report);
  return report;
}

/**
 * Runs a scenario on real threads, a worker for each agent, again and again: a cross-check, which finds what is frequent and
 * proves nothing. Nobody dies, `always` is not run, and agents share buffers only: other objects are each thread's own.
 * Context: Node; blocks this thread until all rounds are over.
 * @param file As for `explore`.
 * Outcomes: a report, with or without a failure; throws for a scenario that cannot be loaded.
 */
export async function crossCheck(
  file: URL | string,
  options: WorkersOptions & { readonly planted?: string } = {},
): Promise<WorkersReport> {
  const path = typeof file === 'string' ? resolve(file) : fileURLToPath(file);
  const asked = options.patches ?? (options.planted === undefined ? [] : [await findPlanted(path, options.planted)]);
  await loadPatched(path, asked, false);
  return runOnWorkers(path, { ...options, patches: [...(ownPatches.get(path) ?? []), ...asked] });
}

/** The planted bugs in the `*.planted.ts` file beside a scenario. */
export async function plantedBugsOf(file: URL | string): Promise<readonly PlantedBug[]> {
  const path = typeof file === 'string' ? resolve(file) : fileURLToPath(file);
  const beside = path.replace(/\.scenario\.(ts|js)$/, '.planted.$1');
  if (!existsSync(beside)) throw new Error(`There is no file ${shownPath(beside)} with planted bugs.`);
  const { evaluate } = await loadProgram(beside, []);
  return evaluate(new Runtime()).default as readonly PlantedBug[];
}

/** The patches that a scenario asks for itself are known only once it was loaded without them. */
const ownPatches: Map<string, readonly Patch[]> = new Map();

async function loadPatched(path: string, patches: readonly Patch[], branches: boolean): Promise<Program> {
  const known = ownPatches.get(path);
  if (known !== undefined) return loadProgram(path, [...known, ...patches], branches);
  const program = await loadProgram(path, patches, branches);
  const own = scenarioOf(program.evaluate(new Runtime()), path).options?.patches ?? [];
  ownPatches.set(path, own);
  return own.length === 0 ? program : loadProgram(path, [...own, ...patches], branches);
}

async function findPlanted(path: string, name: string): Promise<PlantedBug> {
  const bugs = await plantedBugsOf(path);
  const found = bugs.find((bug) => bug.name === name);
  if (found !== undefined) return found;
  throw new Error(`There is no planted bug '${name}'; there are ${bugs.map((bug) => `'${bug.name}'`).join(', ')}.`);
}
