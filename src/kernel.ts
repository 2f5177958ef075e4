// The typed face of kernels: declared once, where they run, and called from anywhere as `pool.run.blur({ src, dst, radius })`.
// Only types are decided here; what is checked at run time is in device/kernel.ts, device/served.ts and device/arguments.ts.
import type { DType } from './base/dtype.ts';
import type { Access, Pattern, Sized } from './base/view.ts';
import { declareKernel } from './device/kernel.ts';
import type { Many, Param, Params, Value, ViewsOf } from './device/parameters.ts';
import { declareServed } from './device/served.ts';
import type { Fence, Job } from './fence.ts';
import type { SharedBuffer } from './shared-buffer.ts';
import type { Space } from './space.ts';
import type { Transaction } from './transaction.ts';
import { listenForOrders } from './worker.ts';

/** A declared kernel. `result` exists for the compiler alone: it is the type that the job of a call waits for. */
export interface Kernel<P, R = void> {
  readonly params: P;
  readonly result: R;
}

/** Given to a running kernel. */
export interface JobContext {
  /** The first row of this part of a split; 0 otherwise. */
  readonly from: number;
  /** Whether nobody wants the result any more. One load: poll it in long loops. */
  readonly cancelled: boolean;
  readonly space: Space;
  readonly label: string;
}

export type Run<P, R> = (views: ViewsOf<P>, job: JobContext) => R | Promise<R>;

/**
 * Declares a kernel: what it touches and how, and the function that does it.
 *
 * Context: in the module that workers load; declaring takes no memory and starts nothing.
 * @param params Per name: `read`, `write` or `update` of a buffer, `many` of those, a `value`, or a scalar.
 * @param run Gets views by the same names, alive exactly as long as the job. What it returns is the job's result; what it throws
 *   is the job's error.
 * Outcomes: the kernel; throws EINVAL that names a wrong argument.
 */
export function kernel<const P extends Params, R = void>(
  params: P,
  run: Run<P, R>,
  options?: { timeoutMs?: number },
): Kernel<P, R>;
/**
 * Declares a kernel whose jobs are cut into parts. `split` names the parameters that are cut, all alike, along their first
 * dimension, over the workers that are free. A part sees its own rows only, so parts cannot race; `job.from` is the first of them.
 * Everything that the kernel writes must be split. The result of a job is the list of what its parts returned, by rows.
 */
export function kernel<const P extends Params, R = void>(
  params: P,
  run: Run<P, R>,
  options: { split: readonly (keyof P & string)[]; timeoutMs?: number },
): Kernel<P, R extends void ? void : readonly R[]>;
export function kernel(params: Params, run: (views: never, job: never) => unknown, options?: object): unknown {
  return declareKernel(params, run, options);
}

/** What a module of kernels exports, so that `workers<typeof kernels>` knows them. */
export interface Served<K> {
  readonly kernels: K;
}

/** Given to the function form of `serve`, in each worker, before the first job. */
export interface ServeSetup {
  readonly space: Space;
  /** Which worker of the pool this is, from 0. */
  readonly worker: number;
  /** The WebAssembly memory that a heap is made of; throws ENOENT if it is not made of one. */
  memory(heap: string): WebAssembly.Memory;
}

/**
 * The last line of a module of kernels: `export default serve({ blur, edges })`. It is the call that counts, so it keeps working
 * where a bundler drops the exports of a worker's module. The function form may first load wasm, models, and so on.
 *
 * Outcomes: what is served; throws EINVAL if an entry is not a kernel.
 */
export function serve<K>(kernels: K | ((setup: ServeSetup) => Promise<K>)): Served<K>;
export function serve(kernels: unknown): unknown {
  const served = declareServed(kernels);
  listenForOrders();
  return served;
}

/** What a caller passes for a parameter. */
export type ArgOf<P> =
  P extends Param<Access, infer D, infer S>
    ? SharedBuffer<D, Sized<S>>
    : P extends Many<infer E>
      ? readonly ArgOf<E>[]
      : P extends Value<infer T>
        ? T
        : P extends 'bool'
          ? boolean
          : number;
export type ArgsOf<P> = { readonly [N in keyof P]: ArgOf<P[N]> };

export interface JobOptions {
  /** Fences to wait for, besides those that follow from the buffers. */
  after?: Fence<unknown> | readonly Fence<unknown>[];
  /** Stops the job, not only a wait for it. */
  signal?: AbortSignal;
  priority?: number;
  label?: string;
  /** How often the job may be run again after its worker crashed. Not for kernels with `update`. */
  retries?: number;
  /** The transaction that holds the buffers' locks already. */
  tx?: Transaction;
}

/** Whether a second run would see what the first changed in place. */
type Updates<P> = true extends { [N in keyof P]: P[N] extends Param<'update', DType, Pattern> ? true : false }[keyof P]
  ? true
  : false;

export type Callable<P, R> = (
  args: ArgsOf<P>,
  options?: Updates<P> extends true ? Omit<JobOptions, 'retries'> : JobOptions,
) => Job<R>;
/** Kernels as their callers see them. */
export type Callables<K> = { readonly [N in keyof K]: K[N] extends Kernel<infer P, infer R> ? Callable<P, R> : never };
