/**
 * vgem: fences that a program attaches to a buffer and signals itself, or that expire (Linux: drivers/gpu/drm/vgem).
 */
import { type Timeline, timeline } from '../sync.ts';
import { drmAt } from './drm-file.ts';
import { refuse } from './errno.ts';
import { gemAt } from './gem.ts';
import type { System } from './system.ts';

export const FENCE_WRITE = 1;
/** After so long the driver signals what the program did not. */
const expiresAfterMs = 10_000;

export interface VgemFence {
  readonly timeline: Timeline;
  /** Prevents its expiry. */
  readonly keep: () => void;
}

/** VGEM_FENCE_ATTACH. Outcomes: the number of the fence; EBUSY while the access could not begin at once. */
export function attachFence(system: System, drm: number, handle: number, flags: number, pad: number): number {
  const file = drmAt(system, drm);
  if ((flags & ~FENCE_WRITE) !== 0 || pad !== 0) refuse('EINVAL');
  const { fences } = gemAt(file, handle);
  const isWrite = (flags & FENCE_WRITE) !== 0;
  const context = system.names.allocate();
  if (!fences.isReady(isWrite ? 'write' : 'read')) refuse('EBUSY');
  const label = `vgem-unbound${context}`;
  system.names.register(label, { driver: 'vgem', timeline: 'unbound', context, seqnoOf: BigInt });
  const own = timeline(system.space, label, { timestamps: true });
  fences.add(own.issue(1), isWrite ? 'write' : 'read');
  const keep = system.after(expiresAfterMs, () => signalOnce(system, own));
  return file.fences.add({ timeline: own, keep });
}

/** VGEM_FENCE_SIGNAL. Outcomes: nothing; ENOENT, ETIMEDOUT if it expired before. */
export function signalFence(system: System, drm: number, number: number, flags: number): void {
  const file = drmAt(system, drm);
  if (flags !== 0) refuse('EINVAL');
  const fence = file.fences.get(number) ?? refuse('ENOENT');
  file.fences.set(number, undefined);
  fence.keep();
  if (!signalOnce(system, fence.timeline)) refuse('ETIMEDOUT');
}

/** Outcomes: false if it was signalled before. */
function signalOnce(system: System, own: Timeline): boolean {
  if (own.completed === 1) return false;
  own.signal(1, system.stamp());
  return true;
}
