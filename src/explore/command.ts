/** `fenceline check FILE...`: the explorer on the command line. Answers an exit code; prints through what it is given. */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { untakenLines } from './branches.ts';
import { unreachedLines } from './coverage.ts';
import { crossCheck, explore, scheduleTrace } from './index.ts';
import type { Extent, Limits, Report } from './report.ts';

export const checkUsage = `Usage: fenceline check FILE.scenario.ts... [options]
  --strategy dfs|por|dpor|random|pct   how to search (dfs: every schedule)
  --preemptions N        at most N switches away from an agent that could go on
  --executions N, --seconds N, --steps-max N
                         limits of the search, and of one execution
  --seed N               of random and pct
  --kill [NAME]          kill an agent before each of its operations (repeatable; --kill all)
  --timeouts             time-outs may expire
  --no-races             do not check plain accesses for data races
  --planted NAME         with the planted bug of that name, from the .planted.ts file beside the scenario
  --replay SCHEDULE      run one execution, as a failure printed it
  --no-shrink            report a failing schedule as it was found
  --workers N            if nothing fails, N rounds on real workers, which must end as explored
  --trace FILE           write the failing schedule as a Chrome trace
  --coverage             list the operations never reached, the branches never taken
  --json                 one JSON object per file`;

const options = {
  strategy: { type: 'string' },
  preemptions: { type: 'string' },
  executions: { type: 'string' },
  seconds: { type: 'string' },
  'steps-max': { type: 'string' },
  seed: { type: 'string' },
  kill: { type: 'string', multiple: true },
  timeouts: { type: 'boolean' },
  'no-races': { type: 'boolean' },
  planted: { type: 'string' },
  replay: { type: 'string' },
  'no-shrink': { type: 'boolean' },
  trace: { type: 'string' },
  workers: { type: 'string' },
  coverage: { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

type Values = ReturnType<typeof parsed>['values'];

/** Outcomes: 0 if nothing was found, 1 if a file has a failure, 2 if the command line or a file cannot be used. */
export async function runCheck(args: readonly string[], print: (line: string) => void): Promise<number> {
  let code = 0;
  try {
    const { values, positionals } = parsed(args);
    if (values.help === true || positionals.length === 0) {
      print(checkUsage);
      return values.help === true ? 0 : 2;
    }
    const limits = limitsOf(values);
    const rounds = numberOf('workers', values.workers);
    if (values.trace !== undefined && positionals.length > 1) {
      throw new Error(`The option --trace takes one scenario, and ${positionals.length} are given.`);
    }
    for (const file of positionals) {
      const report = await explore(file, limits);
      if (report.failure !== undefined) code = 1;
      if (values.json === true)
        print(JSON.stringify({ file, ...report, outcomes: Object.fromEntries(report.outcomes) }));
      else for (const line of linesOf(file, report, values)) print(line);
      if (rounds !== undefined && report.failure === undefined && values.replay === undefined) {
        const crossed = await crossLines(file, report, { rounds, ...limits });
        if (crossed.isStrange) code = 1;
        if (values.json !== true) for (const line of crossed.lines) print(line);
      }
      const traced = values.trace === undefined ? undefined : writeTrace(values.trace, report);
      if (traced !== undefined && values.json !== true) print(traced);
    }
    return code;
  } catch (error) {
    print(error instanceof Error ? error.message : String(error));
    return 2;
  }
}

/** The same on real workers. Outcomes that a complete exploration did not meet are a bug of the explorer, or of the scenario. */
async function crossLines(
  file: string,
  { outcomes, isComplete }: Report,
  { rounds, planted, seconds }: Limits & { readonly rounds: number },
): Promise<{ readonly lines: readonly string[]; readonly isStrange: boolean }> {
  const crossed = await crossCheck(file, definedOf({ rounds, planted, seconds }));
  const strangers = [...crossed.outcomes.keys()].filter((outcome) => !outcomes.has(outcome));
  const found = `${crossed.rounds} rounds on real workers in ${crossed.seconds.toFixed(2)} s`;
  const met = `${crossed.outcomes.size - strangers.length} of ${outcomes.size} explored outcomes`;
  return {
    isStrange: crossed.failure !== undefined || (isComplete && strangers.length > 0),
    lines: [
      `${file}: ${found}, ${met}`,
      ...strangers.map((outcome) => `  not explored: ${outcome}`),
      ...(crossed.failure === undefined ? [] : [`  ${crossed.failure}`]),
    ],
  };
}

function writeTrace(file: string, { failure }: Report): string {
  if (failure === undefined) return `There is no failure to draw: ${file} is not written.`;
  writeFileSync(file, JSON.stringify(scheduleTrace(failure)));
  return `The schedule as a Chrome trace: ${file} (for ui.perfetto.dev).`;
}

function parsed(args: readonly string[]) {
  return parseArgs({ args: [...args], options, allowPositionals: true });
}

function limitsOf(values: Values): Limits {
  const kill = values.kill;
  const given: { [N in keyof Limits]: Limits[N] | undefined } = {
    strategy: strategyOf(values.strategy),
    preemptions: numberOf('preemptions', values.preemptions),
    executions: numberOf('executions', values.executions),
    seconds: numberOf('seconds', values.seconds),
    stepsMax: numberOf('steps-max', values['steps-max']),
    seed: numberOf('seed', values.seed),
    killAgents: kill === undefined ? undefined : kill.includes('all') || kill,
    timeouts: values.timeouts === true ? 'explored' : undefined,
    races: values['no-races'] === true ? false : undefined,
    planted: values.planted,
    branches: values.coverage,
    shrink: values['no-shrink'] === true ? false : undefined,
    replay: values.replay,
  };
  return definedOf(given) as Limits;
}

function definedOf<T extends object>(given: T): { [N in keyof T]: Exclude<T[N], undefined> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as never;
}

const strategies = ['dfs', 'por', 'dpor', 'random', 'pct'] as const;

function strategyOf(text: string | undefined): Limits['strategy'] {
  const found = strategies.find((one) => one === text);
  if (text === undefined || found !== undefined) return found;
  throw new Error(`The strategy (${text}) must be dfs, por, dpor, random or pct.`);
}

function numberOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  throw new Error(`The option --${name} (${text}) must be a whole number from 0 on.`);
}

function linesOf(file: string, report: Report, values: Values): readonly string[] {
  const { failure, executions, points, isComplete, outcomes, seconds } = report;
  const speed = `${executions} executions, ${points} steps in ${seconds.toFixed(2)} s`;
  const unreached =
    values.coverage === true
      ? [
          ...unreachedLines(report.coverage).map((line) => `  never reached: ${line}`),
          ...untakenLines(report.branches).map((line) => `  never taken: ${line}`),
        ]
      : [];
  if (failure !== undefined) {
    return [
      `${file}: ${failure.kind} (${speed})`,
      '',
      failure.message,
      '',
      failure.schedule,
      '',
      ...shrunkLines(report),
      `Repeat it: ${failure.replay}`,
    ];
  }
  if (values.replay !== undefined) return [`${file}: this schedule does not fail.`];
  const extent = isComplete ? 'every schedule within the bounds' : 'not every schedule; the limits came first';
  const ends = [...outcomes].sort((a, b) => b[1] - a[1]).slice(0, outcomesShown);
  return [
    `${file}: no failure (${speed}; ${extent})`,
    ...ends.map(([outcome, count]) => `  ${count} x ${outcome}`),
    ...(outcomes.size > outcomesShown ? [`  and ${outcomes.size - outcomesShown} other outcomes`] : []),
    ...(isComplete ? report.missing.map((outcome) => `  never: ${outcome}`) : []),
    ...unreached,
  ];
}

function shrunkLines({ shrunk }: Report): readonly string[] {
  if (shrunk === undefined) return [];
  const text = ({ steps, interruptions }: Extent): string => `${steps} steps, ${interruptions} of them interruptions`;
  return [`As it was found, it had ${text(shrunk.from)}; now ${text(shrunk.to)}.`];
}

const outcomesShown = 20;
