// A Date as a value that travels. It reads no clock: the time comes from the caller. It stands here because everything outside
// cells/ is checked not to mention Date at all.

/** Says whether this is a real Date, of any realm. */
export function isDate(candidate: unknown): candidate is Date {
  try {
    Date.prototype.getTime.call(candidate);
    return true;
  } catch {
    return false;
  }
}

/** The Date of a time in milliseconds; NaN makes an invalid one. */
export function dateAt(timeMs: number): Date {
  return new Date(timeMs);
}
