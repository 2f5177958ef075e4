/** Loops whose length and members change from phase to phase, with a hot set and noise: hard for whoever looks for loops. */
import { randomOf } from '../random.ts';
import { at, KiB, type Trace, TraceBuilder, type Use, WRITES } from '../trace.ts';

const defaults = {
  ...{ seed: 8, buffers: 400, phases: 14, rounds: 12, hot: 12, noise: 0.1, lengthMin: 40, lengthMax: 220 },
  ...{ sizeMin: 256, sizeMax: 65_536, writes: 0.25 },
};

export function phases(given: Partial<typeof defaults> = {}): Trace {
  const parameters = { ...defaults, ...given };
  const { buffers, noise, lengthMin, lengthMax, sizeMin, sizeMax, writes } = parameters;
  const random = randomOf(parameters.seed);
  const builder = new TraceBuilder();
  const ids = Array.from({ length: buffers }, () => builder.buffer(random.log(sizeMin, sizeMax) * KiB));
  const hot = Array.from({ length: parameters.hot }, () => builder.buffer(random.log(256, 8192) * KiB));
  for (let phase = 0; phase < parameters.phases; phase++) {
    const length = random.int(lengthMin, lengthMax);
    const first = random.int(0, buffers - 1);
    const flags = random() < writes ? WRITES : 0;
    const rounds = Math.max(2, Math.round(parameters.rounds * (0.4 + random())));
    const turns = random() < 0.25;
    for (let round = 0; round < rounds; round++) {
      for (let step = 0; step < length; step += 2) {
        const place = turns && round % 2 === 1 ? length - 1 - step : step;
        const uses: Use[] = [[at(ids, (first + place) % buffers), flags], at(ids, (first + place + 1) % buffers)];
        uses.push(random.pick(hot));
        if (random() < noise) uses.push(at(ids, random.int(0, buffers - 1)));
        builder.job(uses);
      }
    }
  }
  return builder;
}
