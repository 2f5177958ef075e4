/** A renderer: a camera walks over cells; every frame draws what it sees, in passes; targets are written in every frame. */
import { type Random, randomOf } from '../random.ts';
import { at, KiB, MiB, OVERWRITES, type Trace, TraceBuilder, type Use } from '../trace.ts';

const defaults = {
  ...{ seed: 6, cells: 14, perCell: 10, frames: 700, shared: 60, speed: 0.06, sizeMin: 64, sizeMax: 65_536 },
  jumps: 0.02,
};

type Parameters = typeof defaults;

/** Buffers a pass draws. */
const passMax = 12;

export function render(given: Partial<Parameters> = {}): Trace {
  const parameters = { ...defaults, ...given };
  const { cells, frames, speed, jumps } = parameters;
  const random = randomOf(parameters.seed);
  const builder = new TraceBuilder();
  const scene = sceneOf(builder, random, parameters);
  const colour = builder.fresh(32 * MiB);
  const shown = builder.fresh(32 * MiB);
  const bloom = builder.fresh(16 * MiB);
  const depth = builder.fresh(64 * MiB);
  let [x, y, angle] = [cells / 2, cells / 2, 0];
  for (let frame = 0; frame < frames; frame++) {
    if (random() < jumps) {
      x = random() * cells;
      y = random() * cells;
    }
    angle += random.normal() * 0.15;
    x += Math.cos(angle) * speed;
    y += Math.sin(angle) * speed;
    if (x < 0 || x >= cells || y < 0 || y >= cells) {
      angle += Math.PI;
      x = Math.min(cells - 0.01, Math.max(0, x));
      y = Math.min(cells - 0.01, Math.max(0, y));
    }
    const visible = visibleFrom(scene, cells, x, y, angle);
    builder.job([...visible.slice(0, 10), [depth, OVERWRITES]]);
    for (let first = 0; first < visible.length; first += passMax) {
      const target: Use = [colour, first > 0 ? 1 : OVERWRITES];
      builder.job([...visible.slice(first, first + passMax), target, depth]);
    }
    builder.job([colour, [bloom, OVERWRITES]]);
    builder.job([bloom, colour, [shown, OVERWRITES]]);
  }
  return builder;
}

/** What lies in each cell; a quarter of it is shared by many. */
function sceneOf(builder: TraceBuilder, random: Random, parameters: Parameters): readonly (readonly number[])[] {
  const { cells, perCell, shared: count, sizeMin, sizeMax } = parameters;
  const make = (): number => builder.buffer(random.log(sizeMin, sizeMax) * KiB);
  const shared = Array.from({ length: count }, make);
  return Array.from({ length: cells * cells }, () =>
    Array.from({ length: perCell }, () => (random() < 0.25 ? random.pick(shared) : make())),
  );
}

/** The cells ahead, fewer buffers of those farther away, in order of their number. */
function visibleFrom(
  scene: readonly (readonly number[])[],
  cells: number,
  x: number,
  y: number,
  angle: number,
): readonly number[] {
  const visible = new Set<number>();
  for (let ahead = 0; ahead <= 2; ahead++) {
    for (let side = -1; side <= 1; side++) {
      const column = Math.floor(x + Math.cos(angle) * ahead - Math.sin(angle) * side * 0.7);
      const row = Math.floor(y + Math.sin(angle) * ahead + Math.cos(angle) * side * 0.7);
      if (column < 0 || row < 0 || column >= cells || row >= cells) continue;
      const cell = at(scene, column * cells + row);
      for (const buffer of cell.slice(0, cell.length - ahead * 2)) visible.add(buffer);
    }
  }
  return [...visible].sort((a, b) => a - b);
}
