/** Why a pool cannot start its workers, as errors for whoever asked for it. Not here: when that is found out (workers.ts). */
import type { Code } from './base/errors.ts';
import { FencelineError, fail } from './base/errors.ts';

/** There is no memory to share, so there is nothing that threads could do. */
export function refuseThreads(): never {
  const message =
    'There is no shared memory here to give to workers. ' +
    "Hint: the option 'inline: () => import(...)' runs the kernels on this thread then.";
  fail('EINVAL', message, { argument: 'inline' });
}

/** It said nothing for so long. */
export function noAnswer(answerMs: number): FencelineError {
  const message = `The worker did not answer within ${answerMs} ms. Hint: the last line of its module is 'export default serve({ ... })'.`;
  return new FencelineError('ETIME', message, { waitedMs: answerMs, fence: 'worker' }) as FencelineError;
}

/** Why a worker could not load, as this thread's error. */
export function toLoadError(reason: unknown): FencelineError {
  const { message, code } = reason as { readonly message?: string; readonly code?: Code };
  const sentence = `The workers cannot load their kernels: ${message ?? String(reason)}`;
  if (code === 'ENOSPC') return new FencelineError('ENOSPC', sentence, { limit: 'agents', value: 0 }) as FencelineError;
  return new FencelineError('EINVAL', sentence, { argument: 'module' }, reason) as FencelineError;
}
