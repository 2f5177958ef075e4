/**
 * The film once more, as plainly as it can be said: the whole film in memory, one byte at a time, and none of the files
 * of the example. What the workers make must equal it byte for byte.
 */

export interface Film {
  readonly width: number;
  readonly height: number;
  /** Divisors of the chroma planes, or undefined for none. */
  readonly chroma: readonly [across: number, down: number] | undefined;
  /** What follows the size in the header. */
  readonly tokens: string;
  readonly frames: readonly Uint8Array[];
}

export const defaults = { strength: 20, scale: 200, sharpen: 60 };

type Plane = { readonly width: number; readonly height: number; readonly data: Uint8Array };

/** The film as a file. */
export function print({ width, height, tokens, frames }: Film): Buffer {
  const pieces = frames.flatMap((frame) => [Buffer.from('FRAME\n'), frame]);
  return Buffer.concat([Buffer.from(`YUV4MPEG2 W${width} H${height} ${tokens}\n`), ...pieces]);
}

export function develop(film: Film, settings: typeof defaults = defaults): Film {
  const to =
    settings.scale === 100 ? film : { ...film, width: even(film.width, settings), height: even(film.height, settings) };
  const frames = film.frames.map((now, index) => {
    const before = film.frames[Math.max(0, index - 1)] ?? now;
    const after = film.frames[Math.min(film.frames.length - 1, index + 1)] ?? now;
    const clean = now.map((value, at) => denoised(before[at] ?? 0, value, after[at] ?? 0, settings.strength));
    const scaled = planes(film, clean).map((plane, position) => resize(plane, sizes(to)[position] ?? plane));
    const [light, ...colors] = scaled;
    return Buffer.concat([...(light ? [sharpen(light, settings.sharpen)] : []), ...colors].map(({ data }) => data));
  });
  return { ...film, width: to.width, height: to.height, frames };
}

function even(side: number, { scale }: typeof defaults): number {
  return Math.max(2, 2 * Math.round((side * scale) / 200));
}

function denoised(before: number, now: number, after: number, limit: number): number {
  const weight = (other: number): number => {
    const difference = Math.abs(other - now);
    return difference >= limit ? 0 : Math.floor((256 * (limit ** 2 - difference ** 2)) / limit ** 2);
  };
  const all = 256 + weight(before) + weight(after);
  return Math.floor((256 * now + weight(before) * before + weight(after) * after + Math.floor(all / 2)) / all);
}

function sizes({ width, height, chroma }: Pick<Film, 'width' | 'height' | 'chroma'>) {
  const small = chroma && { width: Math.ceil(width / chroma[0]), height: Math.ceil(height / chroma[1]) };
  return small ? [{ width, height }, small, small] : [{ width, height }];
}

function planes(film: Film, frame: Uint8Array): readonly Plane[] {
  let at = 0;
  return sizes(film).map(({ width, height }) => {
    const data = frame.slice(at, at + width * height);
    at += width * height;
    return { width, height, data };
  });
}

function resize(from: Plane, to: { readonly width: number; readonly height: number }): Plane {
  const data = new Uint8Array(to.width * to.height);
  for (let y = 0; y < to.height; y++) {
    for (let x = 0; x < to.width; x++) {
      const across = position(x, from.width, to.width);
      const down = position(y, from.height, to.height);
      let sum = 0;
      for (const [column, wide] of across) {
        for (const [row, tall] of down) sum += wide * tall * (from.data[row * from.width + column] ?? 0);
      }
      data[y * to.width + x] = Math.floor((sum + 32768) / 65536);
    }
  }
  return { ...to, data };
}

/** The two samples around the middle of a destination sample, and their weights in 256ths. */
function position(index: number, from: number, to: number): readonly (readonly [at: number, weight: number])[] {
  const middle = Math.max(0, (2 * index + 1) * from - to);
  const first = Math.floor(middle / (2 * to));
  const share = Math.floor(((middle % (2 * to)) * 256) / (2 * to));
  return [
    [Math.min(from - 1, first), 256 - share],
    [Math.min(from - 1, first + 1), share],
  ];
}

function sharpen(from: Plane, percent: number): Plane {
  const { width, height } = from;
  const at = (x: number, y: number) =>
    from.data[Math.max(0, Math.min(height - 1, y)) * width + Math.max(0, Math.min(width - 1, x))] ?? 0;
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (const dy of [-1, 0, 1]) {
        for (const dx of [-1, 0, 1]) sum += (2 - Math.abs(dx)) * (2 - Math.abs(dy)) * at(x + dx, y + dy);
      }
      const detail = at(x, y) - Math.floor((sum + 8) / 16);
      data[y * width + x] = Math.max(0, Math.min(255, at(x, y) + Math.trunc((detail * percent) / 100)));
    }
  }
  return { width, height, data };
}
