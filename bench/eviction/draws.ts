/** Traces with random parameters, by number: to measure on what nobody tuned a policy for. */
import { type Random, randomOf } from './random.ts';
import { at, type Trace, withoutHints } from './trace.ts';
import { editor } from './traces/editor.ts';
import { infer } from './traces/infer.ts';
import { map } from './traces/map.ts';
import { mix } from './traces/mix.ts';
import { phases } from './traces/phases.ts';
import { render } from './traces/render.ts';
import { train } from './traces/train.ts';
import { video } from './traces/video.ts';
import { zipf } from './traces/zipf.ts';

export interface Drawn {
  readonly kind: string;
  readonly trace: Trace;
}

/** Draws that are measured: half of them were never looked at while the default policy was made. */
export const drawCount = 180;

/** The kinds take turns. The fields of each are drawn in the order they are written in. */
const kinds: readonly (readonly [kind: string, draw: (random: Random, seed: number) => Trace])[] = [
  ['infer', drawInfer],
  ['train', drawTrain],
  ['map', drawMap],
  ['video', drawVideo],
  ['editor', drawEditor],
  ['render', drawRender],
  ['zipf', drawZipf],
  ['phases', drawPhases],
  ['mix', drawMix],
];

/** The trace of this number: always the same, without hints. */
export function drawnTrace(number: number): Drawn {
  const [kind, draw] = at(kinds, number % kinds.length);
  return { kind, trace: withoutHints(draw(randomOf(1000 + number), 5000 + number)) };
}

function drawInfer(random: Random, seed: number): Trace {
  const models = random.int(1, 3);
  return infer({
    ...{ seed, layers: random.int(12, 60), tokens: random.int(40, 100), parts: random.int(1, 3) },
    ...{ cacheMiB: random.log(0.5, 16), cacheEvery: random.int(4, 20), sequence: random.int(10, 80) },
    ...{ models, burst: random.int(1, 8), switches: random() },
    ...{ experts: random() < 0.4 ? random.int(4, 12) : 0, expertsUsed: random.int(1, 3), alpha: random() },
    weightMax: random.log(20, 250),
  });
}

function drawTrain(random: Random, seed: number): Trace {
  return train({
    ...{ seed, layers: random.int(8, 60), steps: random.int(10, 40), activationMax: random.log(20, 250) },
    ...{ batches: random.int(1, 4), recompute: random() < 0.5 ? random.int(2, 5) : 0 },
  });
}

function drawMap(random: Random, seed: number): Trace {
  return map({
    ...{ seed, frames: 600, columns: random.int(3, 9), rows: random.int(2, 6), dwell: random.int(10, 120) },
    ...{ jumps: random() * 0.6, group: random.int(6, 12), sizeMax: random.log(256, 8192) },
  });
}

function drawVideo(random: Random, seed: number): Trace {
  return video({
    ...{ seed, steps: 3000, frames: random.int(200, 1500), before: random.int(1, 8), scrubs: random() * 0.7 },
    ...{ loops: random() * 0.3, playLength: random.int(20, 300) },
  });
}

function drawEditor(random: Random, seed: number): Trace {
  return editor({
    ...{ seed, operations: 3000, layers: random.int(15, 120), scanEvery: random.int(40, 600) },
    ...{ stay: random.int(10, 200), undoEvery: random.int(5, 60) },
  });
}

function drawRender(random: Random, seed: number): Trace {
  return render({
    ...{ seed, frames: 300, cells: random.int(6, 20), perCell: random.int(4, 16), speed: random.log(0.01, 0.5) },
    ...{ jumps: random.log(0.002, 0.1), shared: random.int(10, 150) },
  });
}

function drawZipf(random: Random, seed: number): Trace {
  return zipf({
    ...{ seed, buffers: random.int(50, 2000), alpha: random() * 1.4, jobs: 4000, setMax: random.int(1, 12) },
    ...{ writes: random(), drift: random() < 0.5 ? random.int(100, 1000) : 0 },
  });
}

function drawPhases(random: Random, seed: number): Trace {
  return phases({
    ...{ seed, buffers: random.int(60, 600), phases: random.int(4, 30), rounds: random.int(2, 20) },
    ...{ noise: random() * 0.5, lengthMin: random.int(10, 60), lengthMax: random.int(61, 300), writes: random() },
  });
}

/** Up to four kinds of clients, and one without any order. */
function drawMix(random: Random, seed: number): Trace {
  const burst = random.int(1, 60);
  const small: readonly ((seed: number) => Trace)[] = [
    (own) => infer({ seed: own, layers: random.int(8, 24), tokens: 60 }),
    (own) => train({ seed: own, layers: random.int(8, 20), steps: 20 }),
    (own) => render({ seed: own, frames: 150 }),
    (own) => editor({ seed: own, operations: 1000, layers: 30 }),
    (own) => map({ seed: own, frames: 250 }),
    (own) => video({ seed: own, steps: 1000, frames: 300 }),
  ];
  const chosen = small.filter(() => random() < 0.6).slice(0, 4);
  chosen.push((own) => zipf({ seed: own, jobs: 1000, buffers: 200 }));
  return mix(
    chosen.map((make, part) => make(seed + part)),
    { seed, burst, jobsMax: 5000 },
  );
}
