/** Binary units of bytes. */
export const KiB = 1024;
export const MiB = 1_048_576;
export const GiB = 1_073_741_824;

/** Writes `1.5 MiB`: three digits or so, in the largest unit that keeps the number at 1 or above. */
export function printBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  const names = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  while (value >= 1024 && unit < names.length - 1) {
    value /= 1024;
    unit++;
  }
  const digits = unit === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toFixed(digits)} ${names[unit]}`;
}
