/**
 * Exporting a buffer: the object with what only exporters' buffers have, and the moves of its memory.
 *
 * Not here: who is attached (export-record.ts), what importers do (attachment.ts), and who else moves buffers (memory).
 */

import { addForeign } from '../added-points.ts';
import { checkCallback } from '../bad-input.ts';
import { disposeKey } from '../base/dispose.ts';
import type { DType } from '../base/dtype.ts';
import { fail } from '../base/errors.ts';
import type { Access, Sized } from '../base/view.ts';
import { placementOf, reservationOf } from '../buffer/buffer.ts';
import {
  exportAs,
  exporterOf,
  exportFlags,
  FOREIGN,
  invalidateLocked,
  isExported,
  REVOKED,
  revokeLocked,
} from '../buffer/exports.ts';
import { now } from '../cells/clock.ts';
import type { Core } from '../core.ts';
import { releaseBuffer, retainBuffer } from '../core.ts';
import { watchPoints } from '../fence/watch.ts';
import type { Fence } from '../fence.ts';
import { promiseLocal } from '../local-job.ts';
import { isPinned, pinnersOf } from '../memory/pins.ts';
import { bytesOfBuffer, freshen } from '../memory/placement.ts';
import { onOpened } from '../open.ts';
import { pinHere, unpinHere } from '../pin-count.ts';
import { pendingPoints, USAGE_BOOKKEEP, USAGE_MOVE, type UsedPoint, usageBefore } from '../reservation/reservation.ts';
import { isReturned } from '../schedule/idle.ts';
import { checkShape } from '../shape.ts';
import type { SharedBuffer } from '../shared-buffer.ts';
import { coreOfBuffer, newBuffer, partsOf } from '../shared-buffer.ts';
import { coreOf, type Space } from '../space.ts';
import type { Transaction } from '../transaction.ts';
import { deadlineOf, refuseLate, type WaitOptions, whenOver } from '../waiting.ts';
import { ExportRecord, recordOf, whenExportOver } from './export-record.ts';
import type { CpuAccess, Exported, Exporter, VirtualMapping } from './exporter.ts';
import { askHook, type HookCall, serveHooks } from './hook-service.ts';
import { beginAfter, lockingOf, runningOf } from './locked.ts';

/**
 * Makes a buffer whose memory this thread's hooks provide. From here on this thread must not block: others may wait for
 * its hooks (contract C16). It takes a slot, and no memory of the space unless the exporter names heaps.
 * Outcomes: the buffer; throws EINVAL (hooks, type, shape), ENOENT (heap), ENOSPC (buffers).
 */
export function exportBuffer<D extends DType, const S extends readonly number[], M>(
  space: Space,
  exporter: Exporter<M>,
  dtype: D,
  shape: S,
): Exported<D, Sized<S>, M> {
  const core = coreOf(space);
  checkExporter(exporter);
  const { heaps, name: label } = exporter;
  const buffer =
    heaps === undefined
      ? newBuffer(core, dtype, checkShape(dtype, shape) as Sized<S>, { label, places: [], priority: 0, client: 0 })
      : space.buffer(dtype, shape, { heaps, label });
  const parts = partsOf(buffer as unknown as SharedBuffer, core, 'buffer');
  exportAs(core.agent, parts.buffer, heaps === undefined ? FOREIGN : 0);
  serveHooks(core);
  const id = { buffer: parts.buffer, generation: parts.generation };
  new ExportRecord(core, id, buffer as unknown as SharedBuffer, exporter as Exporter<unknown>).open();
  core.hooks++;
  return asExported(buffer);
}

/** Adds what exported buffers have to the object of one. */
function asExported<D extends DType, S extends readonly number[], M>(buffer: SharedBuffer<D, S>): Exported<D, S, M> {
  const plain = buffer as unknown as SharedBuffer;
  const own: Pick<Exported<D, S, M>, 'moving' | 'revoke' | 'cpuAccess' | 'vmap'> = {
    moving: (tx, move) => moving(plain, tx, move),
    revoke: (tx) => revoke(plain, tx),
    cpuAccess: (access, options) => cpuAccess(plain, access, options ?? {}),
    vmap: (tx) => vmap(plain, tx),
  };
  for (const [name, value] of Object.entries(own)) Object.defineProperty(buffer, name, { value, configurable: true });
  return buffer as Exported<D, S, M>;
}

async function moving(buffer: SharedBuffer, tx: Transaction, move: (after: Fence) => Promise<Fence>): Promise<void> {
  checkCallback(move, 'move');
  const { core, parts } = exportedHere(buffer, 'moving');
  const { agent } = core;
  await runningOf(tx, core).lock(buffer);
  if (isPinned(agent, parts.buffer)) refusePinned(core, parts.buffer, parts.label);
  const users = usersOf(core, parts.buffer, USAGE_BOOKKEEP);
  invalidateLocked(agent, parts.buffer);
  recordOf(core, parts)?.tidy();
  const moved = await beginAfter(core, users, `users of '${parts.label}'`, move);
  lockingOf(tx, core, parts.buffer, parts.label);
  addForeign(core, parts, moved, USAGE_MOVE);
}

async function revoke(buffer: SharedBuffer, tx: Transaction): Promise<Fence> {
  const { core, parts } = exportedHere(buffer, 'revoke');
  await runningOf(tx, core).lock(buffer);
  revokeLocked(core.agent, parts.buffer);
  const record = recordOf(core, parts);
  record?.tidy();
  const promise = promiseLocal(core, `revocation of '${parts.label}'`);
  promise.fence.isObserved = true;
  watchPoints(core.agent, usersOf(core, parts.buffer, USAGE_BOOKKEEP), () => record?.whenUnmapped(() => promise.end()));
  return promise.fence;
}

async function cpuAccess(buffer: SharedBuffer, access: Access, options: WaitOptions): Promise<CpuAccess> {
  const core = coreOfBuffer(buffer);
  const parts = partsOf(buffer, core, 'cpuAccess');
  const deadline = deadlineOf(options.timeoutMs);
  const record = recordOf(core, parts);
  if (record === undefined) await askHook(core, hookCall('begin', parts, access), parts.label, options);
  else await record.withBufferAsync(async (of) => record.exporter.beginCpuAccess?.(of, access));
  let isOver = false;
  const dispose = (): void => {
    if (isOver || core.isClosed) return;
    isOver = true;
    if (record !== undefined) record.withBuffer((of) => record.exporter.endCpuAccess?.(of, access));
    else if (exporterOf(core.agent, parts.buffer) >= 0)
      askHook(core, hookCall('end', parts, access), parts.label, {}).catch(() => {});
    releaseBuffer(core, parts.buffer);
  };
  retainBuffer(core, parts);
  try {
    const users = usersOf(core, parts.buffer, usageBefore(access !== 'read'));
    if (!(await whenOver(core, users, leftOf(options, deadline))))
      refuseLate(options.timeoutMs, `access to '${parts.label}'`);
  } catch (error) {
    dispose();
    throw error;
  }
  return { dispose, [disposeKey]: dispose };
}

async function vmap(buffer: SharedBuffer, tx: Transaction): Promise<VirtualMapping> {
  const core = coreOfBuffer(buffer);
  const parts = partsOf(buffer, core, 'vmap');
  const running = lockingOf(tx, core, parts.buffer, parts.label);
  const record = recordOf(core, parts);
  if ((exportFlags(core.agent, parts.buffer) & REVOKED) !== 0)
    refuseNoBytes(parts.label, 'was taken back by its exporter');
  let bytes = record?.vmap();
  if (bytes === undefined) {
    if ((exportFlags(core.agent, parts.buffer) & FOREIGN) !== 0)
      refuseNoBytes(parts.label, 'cannot be seen by this thread');
    if (placementOf(core.agent, parts.buffer) < 0) await running.place(buffer, []);
    freshen(core.agent, parts.buffer);
    bytes = bytesOfBuffer(core.agent, parts.buffer);
  }
  pinHere(core, parts, parts.label);
  let data: Uint8Array | undefined = bytes;
  const dispose = (): void => {
    if (data === undefined || core.isClosed) return;
    data = undefined;
    record?.vunmap();
    unpinHere(core, parts.buffer);
  };
  return {
    get data(): Uint8Array {
      return data ?? fail('EINVAL', `The mapping of buffer '${parts.label}' is over.`, { argument: 'data' });
    },
    dispose,
    [disposeKey]: dispose,
  };
}

/** What is listed at that usage or a stronger one, and pending. */
function usersOf(core: Core, buffer: number, usage: number): UsedPoint[] {
  const { agent } = core;
  return pendingPoints(agent, reservationOf(agent, buffer), usage).filter((point) => !isReturned(agent, point));
}

function hookCall(
  hook: HookCall['hook'],
  { buffer, generation }: { readonly buffer: number; readonly generation: number },
  access: Access,
): HookCall {
  return { hook, buffer, generation, access };
}

function leftOf(options: WaitOptions, deadline: number): WaitOptions {
  return deadline === Number.POSITIVE_INFINITY ? options : { ...options, timeoutMs: Math.max(0, deadline - now()) };
}

function exportedHere(buffer: SharedBuffer, call: string): { core: Core; parts: ReturnType<typeof partsOf> } {
  const core = coreOfBuffer(buffer);
  const parts = partsOf(buffer, core, call);
  if (recordOf(core, parts) !== undefined) return { core, parts };
  return fail(
    'EINVAL',
    `Buffer '${parts.label}' was not exported by this thread, which therefore may not call ${call}.`,
    {
      argument: call,
    },
  );
}

function refusePinned(core: Core, buffer: number, label: string): never {
  const names = pinnersOf(core.agent, buffer).map((pinner) =>
    pinner === core.agent.index ? `agent ${pinner} (this thread)` : `agent ${pinner}`,
  );
  const by = names.join(', ');
  fail('EBUSY', `Buffer '${label}' cannot move: it is pinned by ${by}.`, { by });
}

function refuseNoBytes(label: string, why: string): never {
  fail('ENODEV', `The memory of buffer '${label}' ${why}.`, { device: label });
}

function checkExporter<M>(exporter: Exporter<M>): void {
  if (typeof exporter !== 'object' || exporter === null) {
    fail('EINVAL', `The exporter (${typeof exporter}) is not an object with hooks.`, { argument: 'exporter' });
  }
  for (const hook of ['map', 'unmap', 'release'] as const) checkCallback(exporter[hook], `exporter.${hook}`);
  if ((exporter.pin === undefined) === (exporter.unpin === undefined)) return;
  const sentence = `Exporter '${exporter.name}' has one of the hooks pin and unpin, and not the other.`;
  fail('EINVAL', sentence, { argument: 'exporter.pin' });
}

whenExportOver((core) => {
  core.hooks--;
});

/** A handle of an exported buffer opens as one. */
onOpened((core, buffer) => {
  if (isExported(core.agent, partsOf(buffer, core, 'handle').buffer)) asExported(buffer);
});
