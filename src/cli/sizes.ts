// Byte counts as people type and read them.
import { UsageError } from './failure.ts';

const units: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 1024,
  kb: 1000,
  kib: 1024,
  m: 1024 ** 2,
  mb: 1000 ** 2,
  mib: 1024 ** 2,
  g: 1024 ** 3,
  gb: 1000 ** 3,
  gib: 1024 ** 3,
};

/** Reads `256MiB`, `1.5 GiB`, `64M`, `1000000`. Outcomes: whole bytes, at least 1; throws a UsageError. */
export function parseBytes(text: string, option: string): number {
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim()) ?? [];
  const factor = units[unit.toLowerCase()];
  const bytes = digits === '' || factor === undefined ? Number.NaN : Math.floor(Number(digits) * factor);
  if (!Number.isSafeInteger(bytes) || bytes < 1) {
    throw new UsageError(`${option} takes a size such as 256MiB, not '${text}'.`);
  }
  return bytes;
}
