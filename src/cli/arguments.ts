// The command line of `fenceline run`, taken apart and checked. Nothing is opened here.
import { parseArgs } from 'node:util';
import { sentenceOf, UsageError } from './failure.ts';
import { parseBytes } from './sizes.ts';

export interface RunArguments {
  /** Path or URL of the pipeline module. */
  readonly module: string;
  /** Files, folders, and `-` for standard input, in the order given. */
  readonly inputs: readonly string[];
  readonly out: string;
  /** undefined: one for each core but one, at least one. */
  readonly workers: number | undefined;
  /** undefined: the space's own default. */
  readonly budgetBytes: number | undefined;
  /** Where contents go that no job needs; undefined: nowhere. */
  readonly swap: { readonly sizeBytes: number; readonly file?: string } | undefined;
  readonly trace: string | undefined;
  readonly memory: string | undefined;
  readonly json: boolean;
  readonly options: ReadonlyMap<string, string>;
}

export const workersMax = 60;

export const usage: string = `Usage: fenceline run <pipeline module> [inputs...] [options]
       fenceline check FILE.scenario.ts...   explores a scenario (fenceline check --help)
       fenceline replay FILE...              replays traces of a real Linux kernel (fenceline replay --help)
       fenceline memory DUMP.json            draws a memory dump as a page (fenceline memory --help)

Runs a pipeline over files, the files of folders, and - (standard input), with worker threads over shared memory.

  --out DIR         where outputs go (default: out)
  --workers N       worker threads, 1 to ${workersMax} (default: one for each core)
  --budget SIZE     shared memory at most, such as 256MiB (default: the library's own)
  --swap SIZE       room beyond the budget for what no job needs at the moment (default: none)
  --swap-file FILE  the swap is this file, which is removed in the end (default: memory)
  --opt NAME=VALUE  an option of the pipeline; may be given several times
  --trace FILE      writes a trace that chrome://tracing and Perfetto open
  --memory FILE     writes a dump of the memory at its fullest, also of a run that fails: for fenceline memory
  --json            prints the summary as one JSON object
  --help            prints this
  --version         prints the version

Exit code: 0 done, 1 failed, 2 asked for wrongly, 130 interrupted. Ctrl-C stops cleanly, twice stops at once.`;

/** Reads what stands after `fenceline run`. Outcomes: the arguments; throws a UsageError. */
export function parseRun(argv: readonly string[]): RunArguments {
  const { values, positionals } = parse(argv);
  const [module, ...inputs] = positionals;
  if (module === undefined) throw new UsageError('A pipeline module is missing: fenceline run <pipeline module>.');
  if (inputs.filter((input) => input === '-').length > 1) {
    throw new UsageError('Standard input (-) can be read only once, and it is given twice.');
  }
  return {
    module,
    inputs,
    out: values.out ?? 'out',
    workers: values.workers === undefined ? undefined : parseWorkers(values.workers),
    budgetBytes: values.budget === undefined ? undefined : parseBytes(values.budget, '--budget'),
    swap: parseSwap(values.swap, values['swap-file']),
    trace: values.trace,
    memory: values.memory,
    json: values.json ?? false,
    options: parseOptions(values.opt ?? []),
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        out: { type: 'string', short: 'o' },
        workers: { type: 'string', short: 'w' },
        budget: { type: 'string', short: 'b' },
        swap: { type: 'string' },
        'swap-file': { type: 'string' },
        trace: { type: 'string' },
        memory: { type: 'string' },
        json: { type: 'boolean' },
        opt: { type: 'string', multiple: true },
      },
    });
  } catch (error) {
    throw new UsageError(sentenceOf(error).replace(/\. To specify .*$/, '.'));
  }
}

function parseSwap(size: string | undefined, file: string | undefined): RunArguments['swap'] {
  if (size === undefined) {
    if (file === undefined) return undefined;
    throw new UsageError('--swap-file says where the swap is, and --swap how large: --swap SIZE is missing.');
  }
  return { sizeBytes: parseBytes(size, '--swap'), ...(file === undefined ? {} : { file }) };
}

function parseWorkers(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1 || count > workersMax) {
    throw new UsageError(`--workers takes a whole number from 1 to ${workersMax}, not '${text}'.`);
  }
  return count;
}

function parseOptions(pairs: readonly string[]): ReadonlyMap<string, string> {
  const options = new Map<string, string>();
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at < 1) throw new UsageError(`--opt takes name=value, not '${pair}'.`);
    const name = pair.slice(0, at);
    if (options.has(name)) throw new UsageError(`The option '${name}' is given twice.`);
    options.set(name, pair.slice(at + 1));
  }
  return options;
}
