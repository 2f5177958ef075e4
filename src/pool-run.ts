/**
 * Calling kernels: `pool.run.blur({ src, dst, radius })` checks its arguments here and returns a job at once.
 */
import { fail } from './base/errors.ts';
import { usesPerJob } from './base/limits.ts';
import type { CallUse } from './call-record.ts';
import { encodeCall } from './call-record.ts';
import type { Core } from './core.ts';
import type { Use as BoundUse } from './device/arguments.ts';
import { bindArguments } from './device/arguments.ts';
import type { Signature } from './device/kernel.ts';
import type { Plan } from './device/plan.ts';
import { planOf } from './device/plan.ts';
import type { Point } from './fence/points.ts';
import { mergePoints } from './fence/points.ts';
import type { Job } from './fence.ts';
import { Fence, pointsOfFence } from './fence.ts';
import { figuresOf } from './figures.ts';
import { checkSeen } from './foreign-memory.ts';
import { heapNamed } from './heaps.ts';
import { submit } from './job.ts';
import { lockSetOf } from './job-locks.ts';
import type { JobOptions } from './kernel.ts';
import { nameKernel } from './kernel-names.ts';
import type { Use } from './schedule/job.ts';
import { ACCESS_READ, ACCESS_UPDATE, ACCESS_WRITE, FLAG_RERUN } from './schedule/job.ts';
import type { SharedBuffer } from './shared-buffer.ts';
import { isSharedBuffer, partsOf } from './shared-buffer.ts';

type Call = (args: unknown, options?: JobOptions) => Job<unknown>;

/** The kernels of a pool, by name. A name that it does not serve throws ENOENT when it is called. */
export function callables(
  core: Core,
  pool: number,
  client: number,
  workerCount: number,
  signatures: readonly Signature[],
  owner: PoolOwner,
): object {
  const calls: Record<string, Call> = {};
  signatures.forEach((signature, kernel) => {
    nameKernel(core, pool, kernel, signature.name);
    const plan = planOf(signature);
    const timeoutMs = signature.timeoutMs ?? 0;
    calls[signature.name] = (args, options = {}) =>
      call({ core, pool, client, kernel, plan, timeoutMs, workerCount, owner }, args, options);
  });
  const names = signatures.map(({ name }) => name).join(', ');
  return new Proxy(calls, {
    get: (target, name) => target[String(name)] ?? (typeof name === 'string' ? unknownKernel(name, names) : undefined),
  });
}

/** Called, not looked at: looking must not throw, for those who print the object. */
function unknownKernel(name: string, names: string): Call | undefined {
  if (name === 'then') return undefined;
  return () => fail('ENOENT', `The workers serve no kernel '${name}': they serve ${names}.`, { kind: 'kernel' });
}

/** What a call asks of its pool, and tells it. */
export interface PoolOwner {
  /** Throws if nobody would run the job. */
  check(): void;
  /** A job came to a good end. */
  onDone(): void;
}

interface Target {
  readonly core: Core;
  readonly pool: number;
  /** Token of the account of the client that the pool was made through; 0 = none. */
  readonly client: number;
  readonly kernel: number;
  readonly plan: Plan;
  readonly timeoutMs: number;
  readonly workerCount: number;
  readonly owner: PoolOwner;
}

function call(target: Target, args: unknown, options: JobOptions): Job<unknown> {
  const { core, plan, owner } = target;
  owner.check();
  const bound = bindArguments(plan, args, isSharedBuffer);
  const label = options.label ?? plan.name;
  const retries = checkRetries(options.retries ?? 0, plan);
  const callUses: CallUse[] = [];
  const uses = collectUses(core, bound.uses, callUses);
  const parts = plan.isSplit ? Math.min(target.workerCount, bound.rows) : 1;
  const record = encodeCall({ label, kernel: plan.name, plain: bound.plain, uses: callUses });
  const spec = {
    pool: target.pool,
    kernel: target.kernel,
    client: target.client,
    uses,
    after: pointsAfter(core, options.after),
    record,
    parts,
    rows: bound.rows,
    priority: checkPriority(options.priority ?? 0),
    retries,
    flags: retries > 0 ? FLAG_RERUN : 0,
    timeoutMs: target.timeoutMs,
  };
  const locks = options.tx === undefined ? undefined : lockSetOf(options.tx, core, uses);
  const toResult = (results: readonly unknown[]): unknown => {
    owner.onDone();
    return plan.isSplit ? toList(results) : results[0];
  };
  const job = submit<unknown>(core, { spec, label, toResult, locks, signal: options.signal });
  const figures = figuresOf(core);
  figures.jobs++;
  for (const { buffer } of bound.uses) figures.sharedBytes += (buffer as SharedBuffer).sizeBytes;
  return job;
}

/** A kernel without a result has none, in however many parts it ran. */
function toList(parts: readonly unknown[]): unknown {
  return parts.every((part) => part === undefined) ? undefined : parts;
}

/** One use per buffer: the strongest access counts. */
function collectUses(core: Core, bound: readonly BoundUse<SharedBuffer>[], callUses: CallUse[]): Use[] {
  const uses: Use[] = [];
  // For as few buffers as most jobs have, comparing with each is faster than a map, and allocates nothing.
  const positions = bound.length > comparedMax ? new Map<number, number>() : undefined;
  for (const { buffer, spec, index } of bound) {
    const parts = partsOf(buffer, core, index < 0 ? spec.name : `${spec.name}[${index}]`);
    checkSeen(core, parts);
    const heap = spec.param.heap === undefined ? -1 : heapNamed(core, spec.param.heap);
    const access = accessOf(spec.param.access);
    const known = positions === undefined ? positionOf(uses, parts.buffer) : (positions.get(parts.buffer) ?? -1);
    const use = { buffer: parts.buffer, generation: parts.generation, access, isPart: parts.isPart, heap };
    if (known < 0) {
      positions?.set(parts.buffer, uses.length);
      uses.push(use);
    } else {
      // A position found in the list.
      uses[known] = strongest(core, uses[known] as Use, use, parts.label);
    }
    callUses.push({
      buffer: parts.buffer,
      offset: parts.offset,
      dtype: buffer.dtype,
      shape: buffer.shape,
      label: parts.label,
    });
  }
  if (uses.length > usesPerJob) {
    fail('ENOSPC', `A job with ${uses.length} buffers is more than one may name (${usesPerJob}).`, {
      limit: 'usesPerJob',
      value: usesPerJob,
    });
  }
  return uses;
}

/** A buffer that is passed twice is used once: with the stronger access, in the heap that either needs. */
function strongest(core: Core, known: Use, use: Use, label: string): Use {
  const [one = -1, other = -1] = [known.heap, use.heap];
  if (one >= 0 && other >= 0 && one !== other) {
    const sentence = `Buffer '${label}' is passed twice, and is needed in heap '${core.heapNames[one]}' and in heap '${core.heapNames[other]}' at once.`;
    fail('EINVAL', sentence, { argument: 'args' });
  }
  const heap = Math.max(one, other);
  return use.access === ACCESS_READ ? { ...known, heap } : { ...use, heap };
}

const comparedMax = 16;

function positionOf(uses: readonly Use[], buffer: number): number {
  for (let at = 0; at < uses.length; at++) if (uses[at]?.buffer === buffer) return at;
  return -1;
}

function accessOf(access: 'read' | 'write' | 'update'): number {
  if (access === 'read') return ACCESS_READ;
  return access === 'write' ? ACCESS_WRITE : ACCESS_UPDATE;
}

function pointsAfter(core: Core, after: JobOptions['after']): readonly Point[] {
  if (after === undefined) return [];
  const list: readonly Fence<unknown>[] = after instanceof Fence ? [after] : after;
  if (!Array.isArray(list))
    fail('EINVAL', 'The option after is not a fence, nor a list of them.', { argument: 'after' });
  if (list.length === 1 && list[0] !== undefined) return pointsOfFence(list[0], core);
  return mergePoints(
    core.agent,
    list.map((fence) => pointsOfFence(fence, core)),
  );
}

function checkPriority(priority: number): number {
  if (Number.isInteger(priority) && Math.abs(priority) <= priorityMax) return priority;
  const sentence = `The priority (${priority}) is not a whole number from -${priorityMax} to ${priorityMax}.`;
  return fail('EINVAL', sentence, { argument: 'priority' });
}

/** Differences of two fit a word. */
const priorityMax = 1_000_000;

function checkRetries(retries: number, plan: Plan): number {
  if (!Number.isInteger(retries) || retries < 0 || retries > 1000) {
    fail('EINVAL', `The retries (${retries}) are not a whole number from 0 to 1000.`, { argument: 'retries' });
  }
  if (retries > 0 && !plan.mayRetry) {
    fail('EINVAL', `Kernel '${plan.name}' updates in place, so it cannot be run again.`, { argument: 'retries' });
  }
  return retries;
}
