/**
 * Hooks for importers on other threads: a request is a job of the exporter's own pool (schedule/hook-pool.ts).
 *
 * The one who asks holds the buffer's lock, and waits with it; the hook is run by the exporter's thread, from its event loop,
 * and takes no locks: the transaction that it gets refuses to. So nobody waits in a circle, as long as that thread returns
 * to its event loop: it may not block while it exports anything (contract C16).
 *
 * Not here: what hooks do (export-record.ts).
 */
import { codeNumber, type FencelineError, fail, isFencelineError } from '../base/errors.ts';
import type { Access } from '../base/view.ts';
import type { AttachmentId } from '../buffer/attachments.ts';
import type { BufferId } from '../buffer/buffer.ts';
import { exporterOf } from '../buffer/exports.ts';
import { now } from '../cells/clock.ts';
import type { Core } from '../core.ts';
import { type KernelParts, signatureOf } from '../device/kernel.ts';
import { value } from '../device/parameters.ts';
import type { Job } from '../fence.ts';
import { workInline } from '../inline-pool.ts';
import { JobFence } from '../job.ts';
import { kernel } from '../kernel.ts';
import { callables } from '../pool-run.ts';
import { hookPoolOf } from '../schedule/hook-pool.ts';
import { endOwnJob } from '../schedule/pool-jobs.ts';
import { beforeClose, spaceOver } from '../space.ts';
import type { Transaction } from '../transaction.ts';
import type { WaitOptions } from '../waiting.ts';
import { type ExportRecord, type ImporterData, recordOf, refuseGone } from './export-record.ts';

/** What is asked of an exporter's thread. */
export interface HookCall extends BufferId {
  readonly hook: 'map' | 'unmap' | 'pin' | 'unpin' | 'begin' | 'end';
  readonly access: Access;
  /** Undefined for access of a processor. */
  readonly importer?: ImporterData & { readonly id: AttachmentId };
}

const services: WeakSet<Core> = new WeakSet();

/** This thread answers others from here on. */
export function serveHooks(core: Core): void {
  if (services.has(core)) return;
  services.add(core);
  const hook = kernel({ call: value<HookCall>() }, ({ call }) => answer(core, call)) as unknown as KernelParts;
  const stop = workInline(core, hookPoolOf(core.agent.index), [hook]);
  // What is under way is answered; later requests fail with EOWNERDEAD once this thread has left.
  beforeClose(spaceOver(core), stop);
}

/**
 * Asks the thread that exports the buffer. Context: no lock of ours is waited for by that thread.
 * Outcomes: what the hook gave; rejects with what it threw, EOWNERDEAD, ETIME, or the signal's reason: then the hook may run all the same.
 */
export async function askHook(core: Core, call: HookCall, label: string, options: WaitOptions): Promise<unknown> {
  const { agent } = core;
  const exporter = exporterOf(agent, call.buffer);
  if (exporter < 0) refuseGone(label);
  const pool = hookPoolOf(exporter);
  const calls = callables(core, pool, 0, 1, [signature], owner) as {
    hook(args: object, options: object): Job<unknown>;
  };
  const job = calls.hook({ call }, { label: `${call.hook} of '${label}'` });
  if (exporterOf(agent, call.buffer) !== exporter && job instanceof JobFence) {
    endOwnJob(agent, job.slot, pool, codeNumber('EOWNERDEAD'));
  }
  try {
    return await job.wait(options);
  } catch (error) {
    throw causeOf(error);
  }
}

/** How long a transaction with this deadline may wait, and what stops it. */
export function waitsOf(signal: AbortSignal, deadline: number): WaitOptions {
  return deadline === Number.POSITIVE_INFINITY ? { signal } : { signal, timeoutMs: Math.max(0, deadline - now()) };
}

const owner = { check: (): void => {}, onDone: (): void => {} };
const signature = signatureOf('hook', kernel({ call: value() }, () => undefined) as unknown as KernelParts);

/** What a hook threw as this thread would have got it from a hook of its own. */
function causeOf(error: unknown): unknown {
  const cause = isFencelineError(error) && (error as FencelineError).code === 'EKERNEL' ? error.cause : undefined;
  return cause === undefined ? error : cause;
}

async function answer(core: Core, call: HookCall): Promise<unknown> {
  const record = recordOf(core, call);
  if (record === undefined) return refuseGone(`buffer ${call.buffer}`);
  const { hook, access, importer } = call;
  if (importer === undefined) return answerProcessor(record, hook, access);
  const served = record.admit(importer.id, importer);
  if (hook === 'map') return { mapping: await record.map(served, access, refusing), isPeer: served.info.isPeer };
  if (hook === 'unmap') record.end(served, access);
  if (hook === 'pin') await record.pin(refusing);
  if (hook === 'unpin') record.unpin();
  return undefined;
}

async function answerProcessor(record: ExportRecord, hook: HookCall['hook'], access: Access): Promise<void> {
  const { exporter } = record;
  if (hook === 'begin') await record.withBufferAsync(async (buffer) => exporter.beginCpuAccess?.(buffer, access));
  if (hook === 'end') record.withBuffer((buffer) => exporter.endCpuAccess?.(buffer, access));
}

/** What a hook gets that serves another thread. */
class RefusingTransaction implements Transaction {
  readonly attempt: number = 1;
  readonly signal: AbortSignal = new AbortController().signal;

  read(): Promise<never> {
    return this.#refuse('read');
  }

  edit(): Promise<never> {
    return this.#refuse('edit');
  }

  lock(): Promise<never> {
    return this.#refuse('lock');
  }

  place(): Promise<never> {
    return this.#refuse('place');
  }

  addFence(): never {
    return refuseHere('addFence');
  }

  savepoint(): never {
    return refuseHere('savepoint');
  }

  rollback(): never {
    return refuseHere('rollback');
  }

  async #refuse(what: string): Promise<never> {
    return refuseHere(what);
  }
}

function refuseHere(what: string): never {
  const sentence = `A hook that serves an importer on another thread cannot ${what}: that thread holds the locks, and waits for it.`;
  fail('EDEADLK', sentence, { cycle: ['the importer', 'the hook', 'the importer'] });
}

const refusing = new RefusingTransaction();
