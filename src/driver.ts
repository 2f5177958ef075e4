/**
 * `fenceline/driver`: for those who bring memory or a device of their own.
 *
 * An exporter's hooks provide the memory of a buffer; importers attach, map under its lock, and follow when it moves
 * (Linux: dma-buf). See docs/driver.md.
 */

import type { DType } from './base/dtype.ts';
import { fail } from './base/errors.ts';
import { isExported } from './buffer/exports.ts';
import { attachTo } from './driver/attachment.ts';
import type { Exported } from './driver/exporter.ts';
import type { Attachment, Importer } from './driver/importer.ts';
import type { SharedBuffer } from './shared-buffer.ts';
import { coreOfBuffer, partsOf } from './shared-buffer.ts';

export { device } from './driver/device.ts';
export type { Device, DeviceCopy, DeviceJob, DeviceSpec } from './driver/device-spec.ts';
export { exportBuffer } from './driver/exported.ts';
export type {
  AttachmentInfo,
  AttachRequest,
  CpuAccess,
  Exported,
  Exporter,
  MapRequest,
  VirtualMapping,
} from './driver/exporter.ts';
export type { Attachment, Importer } from './driver/importer.ts';
export { type SgList, type SgRun, sgBytes, sgList, sgOfPages, sgSlice } from './driver/scatter-gather.ts';

/**
 * Attaches an importer to an exported buffer, which stays while it is attached.
 *
 * The exporter lets it in: at once on this thread, at its first `map` where the exporter is on another one.
 * Outcomes: the attachment; throws EINVAL (not exported, too large for the importer, or it cannot follow), ENODEV (out of
 * its reach), ENOSPC (attachments), or what the exporter's hook throws.
 */
export function attach<M>(buffer: Exported<DType, readonly number[], M>, importer: Importer): Attachment<M> {
  const core = coreOfBuffer(buffer);
  const parts = partsOf(buffer, core, 'buffer');
  if (typeof importer !== 'object' || importer === null || typeof importer.name !== 'string') {
    fail('EINVAL', 'The importer is not an object with a name.', { argument: 'importer' });
  }
  if (!isExported(core.agent, parts.buffer)) {
    const sentence = `Buffer '${parts.label}' is not exported. Hint: make it with exportBuffer().`;
    fail('EINVAL', sentence, { argument: 'buffer' });
  }
  return attachTo<M>(core, buffer as SharedBuffer, parts, importer);
}
