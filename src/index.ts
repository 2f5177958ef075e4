/** Fenceline: memory shared between threads without copies, races or deadlocks, within a budget. */
export type { Arrays, DType } from './base/dtype.ts';
export type { Code, Details } from './base/errors.ts';
export { FencelineError } from './base/errors.ts';
export type { Limits } from './base/limits.ts';
export { GiB, KiB, MiB } from './base/units.ts';
export type { Access, Pattern, ReadonlyData, ReadView, Sized, View } from './base/view.ts';
export type { Finding, FindingKind, FindingParty } from './cells/lock-record.ts';
export type { ClientOptions } from './client.ts';
export type { SwapOptions } from './core.ts';
export type { AnyParam, In, Many, Param, Params, Scalar, Value, ViewOf, ViewsOf } from './device/parameters.ts';
export { many, read, update, value, write } from './device/parameters.ts';
export type { Job, Outcome } from './fence.ts';
export { Fence } from './fence.ts';
export type { Handle } from './handle.ts';
export type {
  ArgOf,
  ArgsOf,
  Callable,
  Callables,
  JobContext,
  JobOptions,
  Kernel,
  Run,
  Served,
  ServeSetup,
} from './kernel.ts';
export { kernel, serve } from './kernel.ts';
export type { TransactionStats } from './open-transactions.ts';
export type { PointInfo } from './point-info.ts';
export type { BufferOptions, Mapping, Shaped } from './shared-buffer.ts';
export { SharedBuffer } from './shared-buffer.ts';
export type { Source } from './source.ts';
export type { CloseOptions, SpaceEvents, SpaceOptions } from './space.ts';
export { Space } from './space.ts';
export type { Savepoint, Transaction, TransactionOptions } from './transaction.ts';
export type { WaitOptions } from './waiting.ts';
export type { Pool, PoolOptions } from './workers.ts';
export { workers } from './workers.ts';
