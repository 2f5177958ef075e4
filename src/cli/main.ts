#!/usr/bin/env node
// The program `fenceline`: picks the command, prints, and turns signals and failures into exit codes.
import { readFile } from 'node:fs/promises';
import { parseRun, usage } from './arguments.ts';
import { Interrupted, RunError, sentenceOf, UsageError } from './failure.ts';
import type { OutputFolder } from './outputs.ts';
import { run } from './run.ts';
import { printSummary } from './summary.ts';

// Whoever reads the output may stop before its end (`| head`): then we end as a program does that the system stops for it.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 141 : 1));
process.exit(await main(process.argv.slice(2)));

async function main(argv: readonly string[]): Promise<number> {
  const [command, ...rest] = argv;
  if (command === undefined)
    return complain(new UsageError('A command is missing: fenceline run, check, replay, or memory.'));
  if (['help', '--help', '-h'].includes(command) || (command === 'run' && rest.includes('--help'))) return print(usage);
  if (command === '--version') return print(await version());
  if (command === 'run') return runCommand(rest);
  if (command === 'check') return checkCommand(rest);
  if (command === 'replay') return replayCommand(rest);
  if (command === 'memory') return memoryCommand(rest);
  return complain(new UsageError(`There is no command '${command}'; there are 'run', 'check', 'replay' and 'memory'.`));
}

/** The explorer brings a parser of several megabytes: it is loaded only when it is asked for. */
async function checkCommand(argv: readonly string[]): Promise<number> {
  const { runCheck } = await import('../explore/command.ts');
  const lines: string[] = [];
  const code = await runCheck(argv, (line) => lines.push(line));
  await print(lines.join('\n'));
  return code;
}

/** The facade over the library is loaded only when it is asked for. */
async function replayCommand(argv: readonly string[]): Promise<number> {
  const { replayUsage, runReplay } = await import('./replay.ts');
  if (argv.includes('--help')) return print(replayUsage);
  try {
    return await runReplay(argv, (text) => process.stdout.write(`${text}\n`));
  } catch (error) {
    return complain(error, 'replay');
  }
}

async function memoryCommand(argv: readonly string[]): Promise<number> {
  const { memoryUsage, runMemory } = await import('./memory.ts');
  if (argv.includes('--help')) return print(memoryUsage);
  try {
    return await runMemory(argv, process.stdin, print);
  } catch (error) {
    return complain(error, 'memory');
  }
}

async function runCommand(argv: readonly string[]): Promise<number> {
  const controller = new AbortController();
  let folder: OutputFolder | undefined;
  listenForSignals(controller, () => folder?.abandon());
  // Neither a pending promise nor an idle worker keeps Node alive, and a run has moments where it has nothing else.
  const alive = setInterval(() => {}, 60_000);
  // What a pipeline forgot to await has nobody to catch it: the run fails with it, unless it is failing already.
  process.on('unhandledRejection', (error) => controller.abort(error));
  try {
    const args = parseRun(argv);
    const summary = await run(args, {
      stdin: process.stdin,
      screen: process.stderr,
      controller,
      opened: (opened) => {
        folder = opened;
      },
    });
    return await print(args.json ? JSON.stringify(summary) : printSummary(summary));
  } catch (error) {
    return complain(error);
  } finally {
    clearInterval(alive);
  }
}

/** The first Ctrl-C ends the run cleanly; the second leaves at once, but for the file that is being written. */
function listenForSignals(controller: AbortController, abandon: () => void): void {
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      const interrupted = new Interrupted(name);
      if (controller.signal.aborted) {
        abandon();
        process.exit(interrupted.exitCode);
      }
      controller.abort(interrupted);
    });
  }
}

async function complain(error: unknown, command: string = 'run'): Promise<number> {
  const isOurs = error instanceof UsageError || error instanceof RunError || error instanceof Interrupted;
  process.stderr.write(`fenceline: ${sentenceOf(error)}\n`);
  if (error instanceof UsageError) process.stderr.write(`fenceline ${command} --help says how it is used.\n`);
  if (!isOurs && process.env.FENCELINE_STACKS === '1') console.error(error);
  return isOurs ? error.exitCode : 1;
}

/** Resolves once the text has left the process, because process.exit does not wait for pipes. */
function print(text: string): Promise<number> {
  return new Promise((resolve) => process.stdout.write(`${text}\n`, () => resolve(0)));
}

async function version(): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
  return typeof manifest === 'object' && manifest && 'version' in manifest ? String(manifest.version) : 'unknown';
}
