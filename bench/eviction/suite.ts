/** The traces that policies are measured on, by name; without hints, as programs are that declare nothing. */
import { type Trace, withoutHints } from './trace.ts';
import { editor } from './traces/editor.ts';
import { infer } from './traces/infer.ts';
import { map } from './traces/map.ts';
import { mix } from './traces/mix.ts';
import { phases } from './traces/phases.ts';
import { render } from './traces/render.ts';
import { train } from './traces/train.ts';
import { video } from './traces/video.ts';
import { zipf } from './traces/zipf.ts';

const makers = {
  infer: () => infer(),
  'two models': () => infer({ seed: 11, models: 2, layers: 32, tokens: 170, weightMax: 128 }),
  experts: () => infer({ seed: 12, layers: 32, tokens: 170, parts: 1, experts: 8, expertsUsed: 2, weightMax: 64 }),
  train: () => train(),
  map: () => map(),
  video: () => video(),
  editor: () => editor(),
  render: () => render(),
  zipf: () => zipf(),
  phases: () => phases(),
  mix: () =>
    mix([
      infer({ layers: 24, tokens: 90, seed: 91 }),
      render({ frames: 260, seed: 92 }),
      editor({ operations: 1500, layers: 40, seed: 93 }),
      map({ frames: 400, seed: 94 }),
    ]),
} satisfies Readonly<Record<string, () => Trace>>;

export type TraceName = keyof typeof makers;

export const traceNames = Object.keys(makers) as readonly TraceName[];

/** Parts of the footprint that are the budget. */
export const budgetParts: readonly number[] = [0.1, 0.25, 0.5, 0.8];

export function traceOf(name: TraceName): Trace {
  return withoutHints(makers[name]());
}
