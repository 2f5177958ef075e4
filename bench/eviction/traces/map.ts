/** A map of tiles: panned with momentum, zoomed, places visited again; tiles are drawn in groups, with a hot atlas. */
import { randomOf } from '../random.ts';
import { at, KiB, MiB, OVERWRITES, type Trace, TraceBuilder, WRITES } from '../trace.ts';

const defaults = {
  ...{ seed: 3, frames: 1400, columns: 6, rows: 4, zooms: 5, dwell: 40, group: 12, jumps: 0.15 },
  ...{ sizeMin: 64, sizeMax: 2048 },
};

export function map(given: Partial<typeof defaults> = {}): Trace {
  const { seed, frames, columns, rows, zooms, dwell, group, jumps, sizeMin, sizeMax } = { ...defaults, ...given };
  const random = randomOf(seed);
  const builder = new TraceBuilder();
  const atlas = [builder.buffer(16 * MiB), builder.buffer(4 * MiB), builder.buffer(8 * MiB)];
  const picture = builder.fresh(24 * MiB);
  const tiles = new Map<number, number>();
  const tileAt = (z: number, x: number, y: number): number => {
    const key = (z << 24) | ((x & 4095) << 12) | (y & 4095);
    const known = tiles.get(key);
    if (known !== undefined) return known;
    const tile = builder.buffer(random.log(sizeMin, sizeMax) * KiB);
    tiles.set(key, tile);
    return tile;
  };
  let [zoom, x, y, dx, dy] = [2, 200, 200, 0, 0];
  const places: (readonly [number, number])[] = [[200, 200]];
  const turn = (): void => {
    const choice = random();
    if (choice < jumps) {
      [x, y] = random.pick(places);
      zoom = 2;
    } else if (choice < 0.4 && zoom < zooms - 1) {
      [zoom, x, y] = [zoom + 1, x * 2, y * 2];
    } else if (choice < 0.6 && zoom > 0) {
      [zoom, x, y] = [zoom - 1, x / 2, y / 2];
    } else if (choice < 0.7) {
      places.push([x / 2 ** (zoom - 2), y / 2 ** (zoom - 2)]);
    }
    const speed = random() < 0.4 ? 0 : random() * 0.25;
    const angle = random() * 6.283;
    [dx, dy] = [Math.cos(angle) * speed, Math.sin(angle) * speed];
  };
  for (let frame = 0; frame < frames; frame++) {
    if (frame % dwell === 0) turn();
    [x, y] = [x + dx, y + dy];
    const seen: number[] = [];
    for (let column = 0; column < columns; column++) {
      for (let row = 0; row < rows; row++) seen.push(tileAt(zoom, Math.floor(x) + column, Math.floor(y) + row));
    }
    if (zoom > 0) {
      const [left, top] = [Math.floor(x / 2), Math.floor(y / 2)];
      seen.push(tileAt(zoom - 1, left, top), tileAt(zoom - 1, left + 1, top + 1));
    }
    for (let first = 0; first < seen.length; first += group) {
      const target = [picture, first > 0 ? WRITES : OVERWRITES] as const;
      builder.job([...seen.slice(first, first + group), at(atlas, 0), target]);
    }
    builder.job([at(atlas, 1), at(atlas, 2), [picture, WRITES]]);
  }
  return builder;
}
