/** Training: forward, backward and optimiser sweeps; steps of several batches, and recomputing, if asked for. */
import { randomOf } from '../random.ts';
import { at, DISCARDS, MiB, OVERWRITES, type Trace, TraceBuilder, WRITES } from '../trace.ts';

const defaults = {
  ...{ seed: 2, layers: 40, steps: 45, weightMin: 16, weightMax: 96, activationMin: 16, activationMax: 128 },
  ...{ batches: 1, recompute: 0 },
};

export function train(given: Partial<typeof defaults> = {}): Trace {
  const {
    seed,
    layers: count,
    steps,
    weightMin,
    weightMax,
    activationMin,
    activationMax,
    batches,
    recompute,
  } = {
    ...defaults,
    ...given,
  };
  const random = randomOf(seed);
  const builder = new TraceBuilder();
  const layers = Array.from({ length: count }, () => {
    const size = random.log(weightMin, weightMax) * MiB;
    const [weight, gradient, moment] = [builder.buffer(size), builder.fresh(size), builder.fresh(size)];
    return { weight, gradient, moment, activation: builder.fresh(random.log(activationMin, activationMax) * MiB) };
  });
  const deltas = [builder.fresh(32 * MiB), builder.fresh(32 * MiB)];
  const data = Array.from({ length: 6 }, () => builder.buffer(24 * MiB));

  const forward = (index: number): void => {
    const { weight, activation } = at(layers, index);
    const input = index > 0 ? at(layers, index - 1).activation : at(data, random.int(0, data.length - 1));
    builder.job([weight, input, [activation, OVERWRITES]]);
  };
  const again = (index: number): void => {
    const { weight, activation } = at(layers, index);
    builder.job([weight, at(layers, index - 1).activation, [activation, OVERWRITES]]);
  };
  const backward = (index: number, batch: number): void => {
    const { weight, activation, gradient } = at(layers, index);
    const input = index > 0 ? at(layers, index - 1).activation : at(data, 0);
    if (recompute > 0 && index % recompute === recompute - 1) {
      for (let from = Math.max(1, index - recompute + 1); from <= index; from++) again(from);
    }
    builder.job([
      ...[weight, input],
      [activation, DISCARDS],
      [gradient, batch > 0 ? WRITES : OVERWRITES],
      [at(deltas, index & 1), OVERWRITES],
      at(deltas, 1 - (index & 1)),
    ]);
  };
  for (let step = 0; step < steps; step++) {
    for (let batch = 0; batch < batches; batch++) {
      for (let index = 0; index < count; index++) forward(index);
      for (let index = count - 1; index >= 0; index--) backward(index, batch);
    }
    for (const { weight, gradient, moment } of layers) {
      builder.job([
        [weight, WRITES],
        [gradient, DISCARDS],
        [moment, WRITES],
      ]);
    }
  }
  return builder;
}
