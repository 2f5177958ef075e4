/** What explorations are asked and what they answer: the public types of `fenceline/check`. */

/** A planted bug: an edit of a source, applied before the transform. `find` must occur exactly once. */
export interface Patch {
  /** Path that the source's path must end with, such as `src/lock/ww-lock.ts`. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

export interface Limits {
  /** Default 'dfs': depth first, bounded by `preemptions` if given, otherwise exhaustive. 'por': as that, without what nobody could tell apart. */
  readonly strategy?: 'dfs' | 'por' | 'dpor' | 'random' | 'pct';
  /** dfs and por: how often an execution may switch away from an agent that could go on. */
  readonly preemptions?: number;
  /** At most so many executions. Default 10,000 for random and pct, 10 million for dfs, por and dpor. */
  readonly executions?: number;
  /** At most so many seconds of wall-clock time. Default 60. */
  readonly seconds?: number;
  /** Of random and pct. Default 1. */
  readonly seed?: number;
  /** pct: the number of scheduling constraints a bug may need, 1 to 10. Default 3. */
  readonly depth?: number;
  /** Kills one agent before each of its operations in turn; a list names who may be killed. Default false. */
  readonly killAgents?: boolean | readonly string[];
  /** Whether a wait with a time-out may expire: 'explored' makes each expiry a choice. Default 'never'. */
  readonly timeouts?: 'never' | 'explored';
  /** An execution with more steps is a livelock. Default 20,000. */
  readonly stepsMax?: number;
  /** After so many rounds of looking at unchanged memory an agent waits for a change, as long as others can go on. Default 8. */
  readonly spinsMax?: number;
  /** Whether plain accesses of shared typed arrays are checked for data races. Default true. */
  readonly races?: boolean;
  /** Whether a failing schedule is made simpler before it is reported. Default true. */
  readonly shrink?: boolean;
  /** Whether the branches taken are noted, which costs time. Default false. */
  readonly branches?: boolean;
  /** Repeats one execution: a replay line or the schedule in it. Other limits then do not matter. */
  readonly replay?: string;
  /** Planted bugs, by edit. */
  readonly patches?: readonly Patch[];
  /** Named in the replay line as `--planted NAME`; without `patches` it is looked up in the `.planted.ts` file beside the scenario. */
  readonly planted?: string;
}

export type FailureKind = 'deadlock' | 'livelock' | 'lost wake-up' | 'race' | 'assertion' | 'outcome';

export interface Failure {
  readonly kind: FailureKind;
  /** A full sentence. */
  readonly message: string;
  /** The execution as text columns: step, agent, operation, word, value, place. */
  readonly schedule: string;
  /** The command that repeats it. Also accepted, whole or its quoted part, by the limit `replay`. */
  readonly replay: string;
}

/** Cell operations of one source: which were executed in some execution, and which never. */
export interface ModuleCoverage {
  /** Path relative to the package or the current folder. */
  readonly file: string;
  /** `line:column operation in function`. */
  readonly reached: readonly string[];
  readonly unreached: readonly string[];
}

/** Arms of conditions of one source: which were taken in some execution, and which never. */
export interface ModuleBranches {
  /** Path relative to the package or the current folder. */
  readonly file: string;
  /** `line:column arm in function`. */
  readonly taken: readonly string[];
  readonly untaken: readonly string[];
}

/** How much of a schedule there is to read. */
export interface Extent {
  readonly steps: number;
  /** Switches away from an agent that could go on, deaths, and time-outs. */
  readonly interruptions: number;
}

export interface Report {
  readonly executions: number;
  /** True if nothing within the limits was left out. */
  readonly isComplete: boolean;
  readonly failure: Failure | undefined;
  /** The failing schedule as it was found, and as it is reported; undefined if it is reported as it was found. */
  readonly shrunk: { readonly from: Extent; readonly to: Extent } | undefined;
  /** JSON of the agents' results -> number of executions that ended with it. */
  readonly outcomes: ReadonlyMap<string, number>;
  /** Expected by the scenario's `outcomes`, and not met: in a complete search they cannot occur. */
  readonly missing: readonly string[];
  readonly coverage: readonly ModuleCoverage[];
  /** Empty unless the limit `branches` asks for them. */
  readonly branches: readonly ModuleBranches[];
  /** Scheduling points executed. */
  readonly points: number;
  /** Different states met (dfs and por only). */
  readonly states: number;
  readonly seconds: number;
  /** Of random and pct. */
  readonly seed: number;
}
