/** Scrubbing in a video: play, back and forth, loops, jumps; a window of decoded frames, which the device made. */
import { randomOf } from '../random.ts';
import { at, MiB, OVERWRITES, type Trace, TraceBuilder } from '../trace.ts';

const defaults = {
  ...{ seed: 4, steps: 5000, frames: 900, frameMiB: 8, group: 12, before: 3 },
  ...{ playLength: 90, scrubs: 0.45, loops: 0.2 },
};

export function video(given: Partial<typeof defaults> = {}): Trace {
  const { seed, steps, frames, frameMiB, group, before, playLength, scrubs, loops } = { ...defaults, ...given };
  const random = randomOf(seed);
  const builder = new TraceBuilder();
  const chunks: number[] = [];
  for (let chunk = 0; chunk < frames / group; chunk++) chunks.push(builder.buffer(random.log(0.5, 3) * MiB));
  const decoded = Array.from({ length: frames }, () => builder.fresh(frameMiB * MiB));
  const table = builder.buffer(4 * MiB);
  const out = [builder.fresh(frameMiB * MiB), builder.fresh(frameMiB * MiB)];
  const isDecoded = new Set<number>();
  let step = 0;
  const show = (position: number): void => {
    const uses: number[] = [];
    for (let frame = Math.max(0, position - before); frame <= Math.min(frames - 1, position + 1); frame++) {
      if (!isDecoded.has(frame)) {
        builder.job([at(chunks, Math.floor(frame / group)), [at(decoded, frame), OVERWRITES]]);
        isDecoded.add(frame);
        step++;
      }
      uses.push(at(decoded, frame));
    }
    builder.job([...uses, table, [at(out, step & 1), OVERWRITES]]);
    step++;
  };
  const scrub = (centre: number): void => {
    const width = random.int(8, 40);
    const length = random.int(2, 6) * width;
    for (let move = 0; move < length && step < steps; move++) {
      const phase = move % (2 * width);
      // Down to a whole frame; negative positions are cut off below.
      const position = (centre + (phase < width ? phase : 2 * width - phase) - width / 2) | 0;
      show(Math.min(frames - 1, Math.max(0, position)));
    }
  };
  const loop = (around: number): void => {
    const first = Math.max(0, around - 60);
    const end = Math.min(frames - 1, first + random.int(60, 160));
    for (let round = 0; round < 3; round++) for (let frame = first; frame < end && step < steps; frame++) show(frame);
  };
  let position = 100;
  while (step < steps) {
    const choice = random();
    if (choice < scrubs) scrub(position);
    else if (choice < scrubs + loops) loop(position);
    else if (choice < 0.9) {
      for (let shown = 0; shown < playLength && position < frames - 1 && step < steps; shown++) show(position++);
      if (position >= frames - 2) position = 0;
    } else position = random.int(0, frames - 1);
  }
  return builder;
}
