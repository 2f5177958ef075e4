/** Bytes that look like a noisy picture and are the same in every run: smooth waves with grain, from a seed. */
export function noisyBytes(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = (seed * 2654435761 + 1) >>> 0;
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const wave = 128 + 90 * Math.sin(at / 37 + seed) + (at % 97 < 20 ? 60 : 0);
    bytes[at] = Math.max(0, Math.min(255, Math.round(wave + ((state >>> 24) - 128) / 8)));
  }
  return bytes;
}
