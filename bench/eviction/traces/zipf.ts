/** Independent uses with a popularity, of all sizes; the popularity drifts if asked for. */
import { randomOf, zipfOf } from '../random.ts';
import { at, KiB, type Trace, TraceBuilder, type Use, WRITES } from '../trace.ts';

const defaults = {
  ...{ seed: 7, buffers: 1000, alpha: 0.8, jobs: 6000, setMax: 6, writes: 0.2, sizeMin: 4, sizeMax: 65_536 },
  drift: 0,
};

export function zipf(given: Partial<typeof defaults> = {}): Trace {
  const { seed, buffers, alpha, jobs, setMax, writes, sizeMin, sizeMax, drift } = { ...defaults, ...given };
  const random = randomOf(seed);
  const builder = new TraceBuilder();
  const rank = zipfOf(buffers, alpha, random);
  const ids = Array.from({ length: buffers }, () => builder.buffer(random.log(sizeMin, sizeMax) * KiB));
  const swap = (a: number, b: number): void => {
    [ids[a], ids[b]] = [at(ids, b), at(ids, a)];
  };
  for (let last = buffers - 1; last > 0; last--) swap(last, random.int(0, last));
  for (let job = 0; job < jobs; job++) {
    if (drift > 0 && job % drift === 0) {
      for (let moved = 0; moved < buffers / 10; moved++) swap(random.int(0, buffers - 1), random.int(0, buffers - 1));
    }
    const uses: Use[] = [];
    for (let left = random.int(1, setMax); left > 0; left--) {
      const buffer = at(ids, rank());
      uses.push([buffer, random() < writes ? WRITES : 0]);
    }
    builder.job(uses);
  }
  return builder;
}
