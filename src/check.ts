/** `fenceline/check`: explores every interleaving of your own Atomics code. The rest of Fenceline is not needed for it. */
export type {
  Extent,
  Failure,
  FailureKind,
  Learnt,
  Limits,
  ModuleBranches,
  ModuleCoverage,
  Patch,
  PlantedBug,
  Report,
  Scenario,
  WorkersOptions,
  WorkersReport,
} from './explore/index.ts';
export {
  CheckFailed,
  check,
  crossCheck,
  explore,
  forgetSince,
  learnt,
  scenario,
  scheduleTrace,
} from './explore/index.ts';
