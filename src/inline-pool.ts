/**
 * Kernels on this thread, where there is no shared memory to give other threads: the same jobs, taken from the event
 * loop one after the other.
 */
import { fail } from './base/errors.ts';
import { addWaiter, nextWaiterOrder } from './cells/pump.ts';
import { queueTask } from './cells/task.ts';
import type { Core } from './core.ts';
import type { KernelParts, Signature } from './device/kernel.ts';
import { signatureOf } from './device/kernel.ts';
import { isServed, loadServed } from './device/served.ts';
import { runWork } from './run-work.ts';
import { joinPool } from './schedule/pool.ts';
import type { Work } from './schedule/take.ts';
import { announceBusy, announceIdle, takeWork } from './schedule/take.ts';
import { spaceOver } from './space.ts';

/** Loads the kernels here and runs jobs of the pool from now on. Outcomes: what is served; rejects with EINVAL. */
export async function inlineWorker(
  core: Core,
  pool: number,
  module: { default: unknown },
): Promise<readonly Signature[]> {
  if (!isServed(module.default)) {
    fail('EINVAL', 'The inline module has no default export made by serve(...).', { argument: 'inline' });
  }
  const kernels = await loadServed(module.default, { space: spaceOver(core), worker: 0, memory: () => noMemory() });
  joinPool(core.agent, pool);
  waitForWork(core, pool, [...kernels.values()]);
  return [...kernels].map(([name, kernel]) => signatureOf(name, kernel));
}

function waitForWork(core: Core, pool: number, kernels: readonly KernelParts[]): void {
  let work: Work | undefined;
  addWaiter(core.agent, {
    order: nextWaiterOrder(),
    hint: -1,
    poll: () => {
      if (core.isClosed) return true;
      announceIdle(core.agent, pool);
      work = takeWork(core.agent, pool);
      return work !== undefined;
    },
    run: () => {
      announceBusy(core.agent, pool);
      if (work !== undefined) run(core, pool, kernels, work);
    },
  });
}

function run(core: Core, pool: number, kernels: readonly KernelParts[], work: Work): void {
  const running = runWork(core, kernels, work, 0);
  if (running === undefined) queueTask(() => waitForWork(core, pool, kernels));
  else void running.then(() => waitForWork(core, pool, kernels));
}

function noMemory(): never {
  fail('ENOENT', 'There is no WebAssembly.Memory to share on one thread.', { kind: 'heap' });
}
