/** An image editor: a hot layer and a brush, composites of neighbours, full scans at random times, snapshots to undo. */
import { randomOf, zipfOf } from '../random.ts';
import { at, MiB, OVERWRITES, type Trace, TraceBuilder, WRITES } from '../trace.ts';

const defaults = {
  ...{ seed: 5, layers: 60, operations: 5000, layerMin: 8, layerMax: 64, tiles: 3 },
  ...{ scanEvery: 160, stay: 90, undoEvery: 25, undoKept: 40 },
};

export function editor(given: Partial<typeof defaults> = {}): Trace {
  const {
    seed,
    layers: count,
    operations,
    layerMin,
    layerMax,
    tiles,
    scanEvery,
    stay,
    undoEvery,
    undoKept,
  } = {
    ...defaults,
    ...given,
  };
  const random = randomOf(seed);
  const builder = new TraceBuilder();
  const layers: number[][] = [];
  for (let layer = 0; layer < count; layer++) {
    layers.push(Array.from({ length: tiles }, () => builder.buffer((random.log(layerMin, layerMax) * MiB) / tiles)));
  }
  const brush = builder.buffer(MiB);
  const mask = builder.fresh(16 * MiB);
  const [canvas, overview] = [builder.fresh(32 * MiB), builder.fresh(32 * MiB)];
  const undo: number[] = [];
  const popular = zipfOf(count, 0.9, random);
  let active = 0;
  for (let done = 0; done < operations; ) {
    if (done % stay === 0) active = (popular() * 17 + 3) % count;
    const tile = random.pick(at(layers, active));
    builder.job([[tile, WRITES], brush, [mask, WRITES]]);
    const below = Math.max(0, Math.min(count - 2, active));
    builder.job([...at(layers, below), ...at(layers, below + 1).slice(0, 2), tile, [canvas, WRITES]]);
    done += 2;
    if (random() < 1 / undoEvery) {
      const snapshot = builder.fresh(at(builder.sizes, tile));
      builder.job([tile, [snapshot, OVERWRITES]]);
      undo.push(snapshot);
      if (undo.length > undoKept) builder.free(undo.shift() as number);
      done++;
    }
    if (random() < 0.004 && undo.length > 0) {
      const snapshot = undo.pop() as number;
      builder.job([snapshot, [tile, WRITES]]);
      builder.free(snapshot);
      done++;
    }
    if (random() < 1 / scanEvery) {
      layers.forEach((layer, index) => {
        builder.job([...layer, [overview, index > 0 ? WRITES : OVERWRITES]]);
      });
      done += count;
    }
  }
  return builder;
}
