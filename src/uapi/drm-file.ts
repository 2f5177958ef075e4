/** An open drm device: three spaces of handles that belong to it alone (Linux: struct drm_file). */
import { refuse } from './errno.ts';
import { HandleTable, type OpenFile } from './file-table.ts';
import type { GemObject } from './gem.ts';
import { release, type SharedSyncObject } from './sync-object-refs.ts';
import type { System } from './system.ts';
import type { VgemFence } from './vgem.ts';

export interface DrmFile extends OpenFile {
  readonly kind: 'drm';
  readonly syncObjects: HandleTable<SharedSyncObject>;
  readonly buffers: HandleTable<GemObject>;
  /** Fences attached by vgem; one that was signalled leaves its number taken. */
  readonly fences: HandleTable<VgemFence | undefined>;
}

export function openDrm(system: System): number {
  const syncObjects = new HandleTable<SharedSyncObject>();
  const file: DrmFile = {
    kind: 'drm',
    syncObjects,
    buffers: new HandleTable(),
    fences: new HandleTable(),
    release: () => {
      for (const object of syncObjects.values()) release(object);
    },
  };
  return system.files.open(file);
}

/** The device of an ioctl. Outcomes: the device; EBADF, or ENOTTY for a file of another kind. */
export function drmAt(system: System, fd: number): DrmFile {
  const file = system.files.get(fd);
  return file.kind === 'drm' ? (file as DrmFile) : refuse('ENOTTY');
}
