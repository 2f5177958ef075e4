// One run of a pipeline: brings inputs, workers and a budget together, writes what comes out, and cleans up behind any
// end. What is printed, and which signals of the system arrive, is main.ts's.
import { setMaxListeners } from 'node:events';
import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { now } from '../cells/clock.ts';
import { type Pool, type Served, Space, workers } from '../index.ts';
import type { Output, Pipeline } from '../pipeline.ts';
import { orAborted, settledWithin } from './abort.ts';
import { Admission } from './admission.ts';
import { type RunArguments, workersMax } from './arguments.ts';
import { RunError, sentenceOf } from './failure.ts';
import { Feed } from './feed.ts';
import { type FoundInput, findInputs } from './inputs.ts';
import { loadPipeline } from './load.ts';
import { OutputFolder } from './outputs.ts';
import { PeakWatch } from './peak.ts';
import { Progress, type Screen } from './progress.ts';
import { SideFile } from './side-file.ts';
import { spaceFigures } from './stats.ts';
import type { Summary } from './summary.ts';
import { traceEvents, traceText } from './trace-file.ts';

/** What a run takes from the process around it. */
export interface Surroundings {
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly screen: Screen;
  /** Aborting it ends the run; its reason is what the run fails with. */
  readonly controller: AbortController;
  /** Told of the output folder as soon as there is one, for an exit that cannot wait. */
  readonly opened?: (folder: OutputFolder) => void;
}

/** How long a pipeline that was told to stop may take to do so. */
const patienceMs = 2000;

/** Runs a pipeline to its end. Outcomes: the summary; throws what it failed with, and has left no partial file. */
export async function run(args: RunArguments, surroundings: Surroundings): Promise<Summary> {
  const pipeline = await loadPipeline(args.module);
  const inputs = await findInputs(args.inputs, pipeline.accepts, surroundings.stdin);
  const folder = await OutputFolder.open(args.out);
  surroundings.opened?.(folder);
  const side: SideFiles = { trace: undefined, memory: undefined };
  try {
    if (args.trace !== undefined) side.trace = await SideFile.open('trace', args.trace);
    if (args.memory !== undefined) side.memory = await SideFile.open('memory dump', args.memory);
    return await runInto(folder, side, args, pipeline, inputs, surroundings);
  } catch (error) {
    folder.tidy();
    throw error;
  } finally {
    await side.trace?.discard();
    await side.memory?.discard();
  }
}

/** What is written beside the outputs, where it was asked for. */
interface SideFiles {
  trace: SideFile | undefined;
  memory: SideFile | undefined;
}

async function runInto(
  folder: OutputFolder,
  { trace, memory }: SideFiles,
  args: RunArguments,
  pipeline: Pipeline,
  inputs: readonly FoundInput[],
  { screen, controller }: Surroundings,
): Promise<Summary> {
  const count = args.workers ?? Math.min(workersMax, availableParallelism());
  const space = Space.create({
    ...(args.budgetBytes === undefined ? {} : { budgetBytes: args.budgetBytes }),
    ...(args.swap === undefined ? {} : { swap: args.swap }),
    // Every agent that may be has a ring, so there are no more of them than this run can use.
    ...(trace === undefined && memory === undefined
      ? {}
      : { traceEvents, limits: { agents: Math.min(workersMax + 2, 2 * count + 2) } }),
  });
  const progress = new Progress(screen, now);
  const peak = memory === undefined ? undefined : new PeakWatch(space);
  try {
    space.on('unobserved', (error) => controller.abort(error));
    const pool = await openPool(space, pipeline, args.module, count);
    await produce({ args, pipeline, inputs, folder, space, pool, progress, controller });
    const summary = summarise(args, inputs, folder, space, progress, count);
    await trace?.write(traceText(space));
    await memory?.write(peak?.text() ?? []);
    return summary;
  } catch (error) {
    // It may have failed for want of memory. That the dump cannot be written is not what went wrong first.
    await memory?.write(peak?.text() ?? []).catch(() => {});
    throw error;
  } finally {
    peak?.stop();
    progress.end();
    await space.close({ abort: controller.signal.aborted });
  }
}

interface Parts {
  readonly args: RunArguments;
  readonly pipeline: Pipeline;
  readonly inputs: readonly FoundInput[];
  readonly folder: OutputFolder;
  readonly space: Space;
  readonly pool: Pool<Served<object>>;
  readonly progress: Progress;
  readonly controller: AbortController;
}

/** Pulls outputs out of the pipeline and writes them; whatever ends it, the pipeline has stopped and the pool is closed. */
async function produce({ args, pipeline, inputs, folder, space, pool, progress, controller }: Parts): Promise<void> {
  const { signal } = controller;
  // Every item under way listens to it, however many there are: Node need not warn of a leak.
  setMaxListeners(0, signal);
  const feed = new Feed(inputs, signal);
  const roomBytes = space.budgetBytes + (args.swap?.sizeBytes ?? 0);
  const admission = new Admission(roomBytes, signal);
  const outputs = pipeline
    .run(feed, {
      space,
      pool,
      signal,
      options: args.options,
      roomBytes,
      admit: (sizeBytes, label) => admission.admit(sizeBytes, label),
      finished: (items = 1) => progress.advance(items, feed.fractionAfter(progress.items + items)),
    })
    [Symbol.asyncIterator]();
  try {
    for (;;) {
      const step = await orAborted(outputs.next(), signal);
      if (step.done) break;
      const sizeBytes = await folder.write(checked(step.value), signal);
      progress.wrote(step.value.name, sizeBytes);
    }
  } catch (error) {
    controller.abort(error);
    await settledWithin(Promise.resolve(outputs.return?.()), patienceMs);
    await pool.close({ abort: true });
    throw error;
  }
  await pool.close();
}

async function openPool(space: Space, pipeline: Pipeline, name: string, count: number): Promise<Pool<Served<object>>> {
  try {
    return await workers<Served<object>>(space, pipeline.kernels, { count });
  } catch (error) {
    throw new RunError(`The kernels of '${name}' cannot be loaded: ${sentenceOf(error)}`, { cause: error });
  }
}

/** A pipeline written in JavaScript may yield anything. */
function checked(output: Output): Output {
  const { name, body } = (output ?? {}) as { readonly name?: unknown; readonly body?: unknown };
  const isStream = typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
  if (typeof name !== 'string' || !(body instanceof Uint8Array || isStream)) {
    throw new RunError(
      'The pipeline gave an output without a name or a body: { name: string, body: bytes or a stream }.',
    );
  }
  return output;
}

function summarise(
  args: RunArguments,
  inputs: readonly FoundInput[],
  folder: OutputFolder,
  space: Space,
  progress: Progress,
  workerCount: number,
): Summary {
  const seconds = progress.elapsedMs / 1000;
  const items = progress.items === 0 ? folder.names.length : progress.items;
  return {
    pipeline: basename(args.module),
    inputs: inputs.length,
    items,
    seconds,
    itemsPerSecond: items / seconds,
    workers: workerCount,
    budgetBytes: space.budgetBytes,
    swapBytes: args.swap?.sizeBytes ?? 0,
    ...spaceFigures(space),
    peakProcessBytes: process.resourceUsage().maxRSS * 1024,
    out: args.out,
    outputs: folder.names,
    writtenBytes: folder.writtenBytes,
    trace: args.trace,
    memory: args.memory,
  };
}
