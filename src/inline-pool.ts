/**
 * Kernels on this thread, where there is no shared memory to give other threads: the same jobs, one after the other. The
 * event loop has its turn between them, so that a page paints and hears its user, however many jobs there are.
 */
import { fail } from './base/errors.ts';
import { now } from './cells/clock.ts';
import { addWaiter, nextWaiterOrder } from './cells/pump.ts';
import { queueTask } from './cells/task.ts';
import { yieldToLoop } from './cells/thread.ts';
import type { Core } from './core.ts';
import type { KernelParts, Signature } from './device/kernel.ts';
import { signatureOf } from './device/kernel.ts';
import { isServed, loadServed } from './device/served.ts';
import { runWork } from './run-work.ts';
import { joinPool, leavePool } from './schedule/pool.ts';
import type { Work } from './schedule/take.ts';
import { announceBusy, takeOrListen } from './schedule/take.ts';
import { spaceOver } from './space.ts';

export interface InlineWorker {
  readonly signatures: readonly Signature[];
  /** Takes no more work. Outcomes: resolves when the kernel that runs is over. */
  stop(): Promise<void>;
}

/** Loads the kernels here and runs jobs of the pool from now on. Outcomes: the worker; rejects with EINVAL. */
export async function inlineWorker(core: Core, pool: number, module: { default: unknown }): Promise<InlineWorker> {
  if (!isServed(module.default)) {
    fail('EINVAL', 'The inline module has no default export made by serve(...).', { argument: 'inline' });
  }
  const kernels = await loadServed(module.default, { space: spaceOver(core), worker: 0, memory: () => noMemory() });
  const stop = workInline(core, pool, [...kernels.values()]);
  return { signatures: [...kernels].map(([name, kernel]) => signatureOf(name, kernel)), stop };
}

/** Runs jobs of the pool from now on. Outcomes: how to stop; that resolves when the kernel that runs is over. */
export function workInline(core: Core, pool: number, kernels: readonly KernelParts[]): () => Promise<void> {
  joinPool(core.agent, pool);
  const state: State = { core, pool, kernels, isStopped: false, running: undefined, loopAt: 0 };
  waitForWork(state);
  return async () => {
    state.isStopped = true;
    leavePool(core.agent, pool);
    await state.running;
  };
}

interface State {
  readonly core: Core;
  readonly pool: number;
  readonly kernels: readonly KernelParts[];
  isStopped: boolean;
  running: Promise<void> | undefined;
  /** When the event loop must have its turn. */
  loopAt: number;
}

/** How long jobs may keep the event loop from running: half a frame. One job may be longer. */
const loopEveryMs = 8;

function waitForWork(state: State): void {
  const { core, pool } = state;
  let work: Work | undefined;
  if (core.isClosed || state.isStopped) return;
  addWaiter(core.agent, {
    order: nextWaiterOrder(),
    hint: -1,
    poll: () => {
      if (core.isClosed || state.isStopped) return true;
      work = takeOrListen(core.agent, pool);
      return work !== undefined;
    },
    run: () => {
      if (work === undefined) return;
      announceBusy(core.agent, pool);
      run(state, work);
    },
  });
}

function run(state: State, work: Work): void {
  const running = runWork(state.core, state.kernels, work, 0);
  const next = (): void => {
    state.running = undefined;
    if (now() < state.loopAt) waitForWork(state);
    else void yieldToLoop().then(goOn);
  };
  const goOn = (): void => {
    state.loopAt = now() + loopEveryMs;
    waitForWork(state);
  };
  if (running === undefined) queueTask(next);
  else state.running = running.then(next);
}

function noMemory(): never {
  fail('ENOENT', 'There is no WebAssembly.Memory to share on one thread.', { kind: 'heap' });
}
