/** Hashes of results, so that a faster wrong answer is seen: FNV-1a over their JSON, as eight digits. */

export function hashOf(result: unknown): string {
  let hash = 0x811c9dc5;
  for (const char of JSON.stringify(result) ?? '') {
    // A character of a non-empty iteration has a code point.
    hash = Math.imul(hash ^ (char.codePointAt(0) as number), 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}
