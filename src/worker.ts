/**
 * The worker's side of a pool: joins the space, says which kernels it serves, then runs jobs until it is asked to quit.
 *
 * It sleeps on its doorbell: blocked for short breaks (the fastest wake), from the event loop for long ones, so that
 * timers and messages of the kernels' modules have their turn. Kernels run one at a time; an asynchronous one leaves the
 * event loop free. Jobs come from shared memory: no message is needed for any of them.
 */
import { fail, isFencelineError } from './base/errors.ts';
import type { Seat } from './cells/agent.ts';
import { isAskedToQuit } from './cells/agent.ts';
import { lightBeacon } from './cells/beacon.ts';
import { now } from './cells/clock.ts';
import { identifyThread, PROOF_DECLARED } from './cells/proof.ts';
import type { ParentPort } from './cells/thread.ts';
import { parentPort, yieldToLoop } from './cells/thread.ts';
import { sleepUntil } from './cells/wait.ts';
import type { Core, SpaceData } from './core.ts';
import { joinCore, leaveCore } from './core.ts';
import type { KernelParts } from './device/kernel.ts';
import { signatureOf } from './device/kernel.ts';
import type { ServedParts } from './device/served.ts';
import { isServed, loadServed, takeServed } from './device/served.ts';
import { runWork } from './run-work.ts';
import { takeOrFetch } from './schedule/fetch-ahead.ts';
import { joinPool } from './schedule/pool.ts';
import type { Work } from './schedule/take.ts';
import { announceBusy, takeWork } from './schedule/take.ts';
import { spaceOver } from './space.ts';
import { whenTrue } from './waiting.ts';

/** What the pool posts to its worker, once. */
export interface WorkerOrder {
  readonly fenceline: 'work';
  readonly space: SpaceData;
  readonly seat: Seat;
  readonly pool: number;
  readonly worker: number;
  /** Module with the kernels; undefined if the worker's own module serves them. */
  readonly module: string | undefined;
  /** The pool hears of no exit: what proves that this thread stopped is its beacon, if nothing better does. */
  readonly needsBeacon: boolean;
}

/** What the worker answers: that it listens, that its beacon is lit, then once whether it is ready. */
export type WorkerAnswer =
  | { readonly fenceline: 'listening' }
  | { readonly fenceline: 'lit' }
  | { readonly fenceline: 'ready'; readonly signatures: readonly unknown[] }
  | { readonly fenceline: 'failed'; readonly error: unknown };

/** How long an idle worker blocks before it waits from its event loop. */
const blockedMs = 20;
/** How long a busy worker keeps its event loop from running. */
const loopEveryMs = 50;

let isListening = false;

/**
 * Waits for the order of the pool that started this thread. Does nothing in a main thread, or a second time.
 * Context: called by whatever a module of kernels calls, so that a bundled worker needs no entry of its own.
 */
export function listenForOrders(): void {
  if (isListening) return;
  const port = parentPort();
  if (port === undefined) return;
  isListening = true;
  const off = port.onMessage((message) => {
    if ((message as Partial<WorkerOrder> | null)?.fenceline !== 'work') return;
    off();
    void work(port, message as WorkerOrder);
  });
  // Messages that came while the module still awaited something are lost there, and the order may have been one.
  if (!port.keepsEarly) port.post({ fenceline: 'listening' } satisfies WorkerAnswer);
}

async function work(port: ParentPort, order: WorkerOrder): Promise<void> {
  let core: Core | undefined;
  let kernels: ReadonlyMap<string, KernelParts>;
  try {
    const served = await findServed(order.module);
    // Before it takes its seat: from then on it may leave things behind, and its stop must be provable.
    if (order.needsBeacon && identifyThread().proof === PROOF_DECLARED) {
      const isLit = await lightBeacon({ space: order.space.id, ...order.seat });
      if (isLit) port.post({ fenceline: 'lit' } satisfies WorkerAnswer);
    }
    core = joinCore(order.space, order.seat);
    kernels = await loadServed(served, setupOf(core, order.worker));
    const signatures = [...kernels].map(([name, kernel]) => signatureOf(name, kernel));
    port.post({ fenceline: 'ready', signatures } satisfies WorkerAnswer);
  } catch (error) {
    if (core !== undefined) leaveCore(core);
    port.post({ fenceline: 'failed', error: toPostable(error) } satisfies WorkerAnswer);
    return;
  }
  joinPool(core.agent, order.pool);
  // The port keeps the thread alive while it waits from its event loop.
  const keep = port.onMessage(() => {});
  try {
    await serveJobs(core, order, [...kernels.values()]);
  } finally {
    keep();
    leaveCore(core);
  }
}

async function findServed(module: string | undefined): Promise<ServedParts> {
  if (module === undefined) return takeServed() ?? refuseModule('this worker');
  // Bundlers are told that there is nothing to see: whoever bundles gives a factory, and this line is not reached.
  const exports: { readonly default?: unknown } = await import(/* webpackIgnore: true */ /* @vite-ignore */ module);
  if (isServed(exports.default)) return exports.default;
  return takeServed() ?? refuseModule(module);
}

function refuseModule(module: string): never {
  fail(
    'EINVAL',
    `The module of kernels (${module}) does not call serve(...). Hint: its last line is 'export default serve({ ... })'.`,
    {
      argument: 'module',
    },
  );
}

function setupOf(core: Core, worker: number): object {
  return {
    space: spaceOver(core),
    worker,
    memory: (heap: string): WebAssembly.Memory => {
      const wasm = core.data.heaps.find(({ name }) => name === heap)?.wasm;
      return wasm ?? fail('ENOENT', `Heap '${heap}' is not made of a WebAssembly.Memory.`, { kind: 'heap' });
    },
  };
}

async function serveJobs(core: Core, order: WorkerOrder, kernels: readonly KernelParts[]): Promise<void> {
  const { agent } = core;
  let loopAt = now() + loopEveryMs;
  while (!isAskedToQuit(agent)) {
    const next = takeWork(agent, order.pool) ?? (await sleep(core, order.pool));
    if (next !== undefined) {
      const running = runWork(core, kernels, next, order.worker);
      if (running !== undefined) await running;
    }
    if (now() < loopAt) continue;
    await yieldToLoop();
    loopAt = now() + loopEveryMs;
  }
}

/** Outcomes: work, or undefined when asked to quit. */
async function sleep(core: Core, pool: number): Promise<Work | undefined> {
  const { agent } = core;
  let found: Work | undefined;
  const look = (): boolean => {
    found = takeOrFetch(agent, pool);
    return found !== undefined || isAskedToQuit(agent);
  };
  if (!core.canBlock || !sleepUntil(agent, look, now() + blockedMs)) {
    await whenTrue(core, look, undefined, Number.POSITIVE_INFINITY);
  }
  announceBusy(agent, pool);
  return found;
}

/** An error that cannot be cloned would be lost on the way. */
function toPostable(error: unknown): unknown {
  const message = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error ? error.stack : undefined;
  const code = isFencelineError(error) ? error.code : 'EINVAL';
  return { message, stack, code };
}
