/** Several clients share the device; each runs bursts of its own trace. */
import { randomOf } from '../random.ts';
import { at, type Trace, TraceBuilder } from '../trace.ts';

interface Parameters {
  readonly seed: number;
  readonly burst: number;
  readonly jobsMax: number;
}

const defaults: Parameters = { seed: 9, burst: 24, jobsMax: 9000 };

export function mix(parts: readonly Trace[], given: Partial<Parameters> = {}): Trace {
  const { seed, burst, jobsMax } = { ...defaults, ...given };
  const random = randomOf(seed);
  const builder = new TraceBuilder();
  const firsts = parts.map(({ sizes, isFresh }) => {
    const first = builder.sizes.length;
    sizes.forEach((size, buffer) => {
      builder.buffer(size, at(isFresh, buffer));
    });
    return first;
  });
  const done = parts.map(() => 0);
  const unfinished = (): number[] => [...parts.keys()].filter((part) => at(done, part) < at(parts, part).jobs.length);
  for (let left = unfinished(); left.length > 0 && builder.jobs.length < jobsMax; left = unfinished()) {
    const part = random.pick(left);
    const first = at(firsts, part);
    const { jobs } = at(parts, part);
    for (let count = random.int(1, burst); count > 0 && at(done, part) < jobs.length; count--) {
      const { buffers, flags, frees } = at(jobs, at(done, part));
      done[part] = at(done, part) + 1;
      builder.job(
        buffers.map((buffer, use) => [first + buffer, at(flags, use)]),
        part,
      );
      for (const buffer of frees) builder.free(first + buffer);
    }
  }
  return builder;
}
