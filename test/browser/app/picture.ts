/** The picture that the application draws, and what one thread makes of it with a plain loop. */

export const width = 48;
export const height = 32;
const stride = width * 4;
const radius = 3;
const threshold = 24;

export interface Picture {
  readonly gray: readonly number[];
  readonly found: number;
}

export function pixelsOf(): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: stride * height }, (_, i) => (i * 37 + (i >> 4) * 11 + (i >> 9) * 5) % 256);
}

/** Blur over rows, then the steps from one pixel to the next. */
export function plainPicture(): Picture {
  const photo = pixelsOf();
  const soft = photo.map((_, at) => {
    const y = Math.floor(at / stride);
    const rows = Array.from({ length: 2 * radius + 1 }, (_, k) => y + k - radius).filter((r) => r >= 0 && r < height);
    return rows.reduce((sum, row) => sum + (photo[row * stride + (at % stride)] ?? 0), 0) / rows.length;
  });
  const gray = Array.from({ length: width * height }, (_, at) =>
    at % width > 0 && Math.abs((soft[at * 4] ?? 0) - (soft[at * 4 - 4] ?? 0)) > threshold ? 255 : 0,
  );
  return { gray, found: gray.filter((one) => one > 0).length };
}
