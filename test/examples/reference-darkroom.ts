/**
 * The darkroom once more, as plainly as it can be said: one thread, one pixel at a time, straight from the formulas, and
 * none of the files of the example. Slow on purpose; what the workers make must equal it byte for byte.
 */

export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Uint8Array;
}

export interface Developed {
  readonly original: Picture;
  readonly denoised: Picture;
  readonly toned: Picture;
  readonly sharpened: Picture;
  readonly edges: Picture;
}

export const defaults = { radius: 5, strength: 22, tone: 55, sharpen: 120, threshold: 2, gain: 9 };

/** All stages of one photograph. */
export function develop(original: Picture, settings: typeof defaults = defaults): Developed {
  const denoised = denoise(original, settings.radius, settings.strength * 3);
  const toned = tone(denoised, settings.tone);
  const sharpened = sharpen(toned, settings.sharpen, settings.threshold);
  return { original, denoised, toned, sharpened, edges: edges(sharpened, settings.gain) };
}

export function denoise(from: Picture, radius: number, limit: number): Picture {
  return draw(from.width, from.height, 3, (x, y, channel) => {
    let sum = 0;
    let weights = 0;
    for (let dy = -radius; dy <= radius; dy++) {
      for (let dx = -radius; dx <= radius; dx++) {
        if (x + dx < 0 || x + dx >= from.width || y + dy < 0 || y + dy >= from.height) continue;
        const difference = [0, 1, 2].reduce(
          (total, c) => total + Math.abs(pixel(from, x + dx, y + dy, c) - pixel(from, x, y, c)),
          0,
        );
        if (difference >= limit) continue;
        const rest = limit ** 2 - difference ** 2;
        const alike = Math.floor((256 * rest * rest) / (limit ** 2 * limit ** 2));
        const reach = 2 * (radius + 1) ** 2;
        const near = Math.floor((64 * (reach - dx ** 2 - dy ** 2)) / reach);
        sum += alike * near * pixel(from, x + dx, y + dy, channel);
        weights += alike * near;
      }
    }
    return Math.floor((sum + Math.floor(weights / 2)) / weights);
  });
}

export function tone(from: Picture, percent: number): Picture {
  const curve = toneCurve(from, percent);
  return draw(from.width, from.height, 3, (x, y, channel) => {
    const before = gray(from, x, y);
    const after = curve[before] ?? 0;
    const value = pixel(from, x, y, channel);
    const scaled = before === 0 ? after : Math.floor((value * after + Math.floor(before / 2)) / before);
    return Math.floor((scaled + value + after - before) / 2);
  });
}

function toneCurve(from: Picture, percent: number): readonly number[] {
  const pixels = from.width * from.height;
  const limit = Math.floor((pixels * 3) / 256) + 1;
  const counts = Array.from({ length: 256 }, () => 0);
  for (let y = 0; y < from.height; y++) {
    for (let x = 0; x < from.width; x++) counts[gray(from, x, y)] = (counts[gray(from, x, y)] ?? 0) + 1;
  }
  const cutOff = counts.reduce((sum, count) => sum + Math.max(0, count - limit), 0);
  const flattened = counts.map((count) => Math.min(count, limit) + Math.floor(cutOff / 256) + 1);
  const all = flattened.reduce((sum, count) => sum + count, 0);
  return flattened.map((count, level) => {
    const below = flattened.slice(0, level).reduce((sum, other) => sum + other, 0);
    const equalised = Math.floor(((below + below + count) * 255) / (2 * all));
    return Math.floor((level * (100 - percent) + equalised * percent + 50) / 100);
  });
}

export function sharpen(from: Picture, percent: number, threshold: number): Picture {
  const taps = [1, 4, 6, 4, 1];
  return draw(from.width, from.height, 3, (x, y, channel) => {
    let sum = 0;
    for (const [row, down] of taps.entries()) {
      for (const [column, across] of taps.entries()) {
        sum += down * across * pixel(from, x + column - 2, y + row - 2, channel);
      }
    }
    const value = pixel(from, x, y, channel);
    const detail = value - Math.floor((sum + 128) / 256);
    return Math.abs(detail) > threshold ? value + Math.trunc((detail * percent) / 100) : value;
  });
}

export function edges(from: Picture, gain: number): Picture {
  return draw(from.width, from.height, 1, (x, y) => {
    const at = (dx: number, dy: number) => grayClamped(from, x + dx, y + dy);
    const across = Math.abs(at(1, -1) + 2 * at(1, 0) + at(1, 1) - at(-1, -1) - 2 * at(-1, 0) - at(-1, 1));
    const down = Math.abs(at(-1, -1) + 2 * at(0, -1) + at(1, -1) - at(-1, 1) - 2 * at(0, 1) - at(1, 1));
    const length = Math.max(across, down) + Math.floor((3 * Math.min(across, down)) / 8);
    return 255 - Math.min(255, Math.floor((length * gain) / 16));
  });
}

/** The mean of the exact area that each pixel covers, in whole numbers. */
export function shrink(from: Picture, width: number, height: number): Picture {
  return draw(width, height, from.channels, (x, y, channel) => {
    let sum = 0;
    for (let yy = 0; yy < from.height; yy++) {
      const tall = overlap(y * from.height, (y + 1) * from.height, yy * height, (yy + 1) * height);
      if (tall === 0) continue;
      for (let xx = 0; xx < from.width; xx++) {
        const wide = overlap(x * from.width, (x + 1) * from.width, xx * width, (xx + 1) * width);
        if (wide > 0) sum += tall * wide * pixel(from, xx, yy, channel);
      }
    }
    const area = from.width * from.height;
    return Math.floor((2 * sum + area) / (2 * area));
  });
}

function overlap(from: number, to: number, otherFrom: number, otherTo: number): number {
  return Math.max(0, Math.min(to, otherTo) - Math.max(from, otherFrom));
}

function draw(
  width: number,
  height: number,
  channels: number,
  value: (x: number, y: number, channel: number) => number,
): Picture {
  const data = new Uint8Array(width * height * channels);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let channel = 0; channel < channels; channel++) {
        data[(y * width + x) * channels + channel] = Math.max(0, Math.min(255, value(x, y, channel)));
      }
    }
  }
  return { width, height, channels, data };
}

/** Beyond the border, the border. */
function pixel({ width, height, channels, data }: Picture, x: number, y: number, channel: number): number {
  const column = Math.max(0, Math.min(width - 1, x));
  const row = Math.max(0, Math.min(height - 1, y));
  return data[(row * width + column) * channels + channel] ?? Number.NaN;
}

function gray(from: Picture, x: number, y: number): number {
  return Math.floor((77 * pixel(from, x, y, 0) + 150 * pixel(from, x, y, 1) + 29 * pixel(from, x, y, 2) + 128) / 256);
}

function grayClamped(from: Picture, x: number, y: number): number {
  return gray(from, Math.max(0, Math.min(from.width - 1, x)), Math.max(0, Math.min(from.height - 1, y)));
}
