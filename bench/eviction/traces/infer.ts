/** Decoders: the layers are run for each token; the caches of attention grow and are freed when a sequence ends. */
import { type Random, randomOf, zipfOf } from '../random.ts';
import { at, MiB, OVERWRITES, type Trace, TraceBuilder, type Use, WRITES } from '../trace.ts';

const defaults = {
  ...{ seed: 1, layers: 48, tokens: 120, weightMin: 16, weightMax: 160, parts: 3 },
  ...{ cacheMiB: 4, cacheEvery: 10, sequence: 60 },
  /** Experts per layer and how many a token uses; their popularity. */
  ...{ experts: 0, expertsUsed: 2, alpha: 0.6 },
  /** Models that take turns, for up to `burst` tokens. */
  ...{ models: 1, burst: 6, switches: 0.5 },
};

interface Layer {
  readonly weights: readonly number[];
  readonly experts: readonly number[];
  /** Experts in order of popularity. */
  readonly popular: readonly number[];
  caches: number[];
}

interface Model {
  readonly layers: readonly Layer[];
  readonly activations: readonly [number, number];
  readonly embedding: number;
  position: number;
  length: number;
}

type Parameters = typeof defaults;

export function infer(given: Partial<Parameters> = {}): Trace {
  const parameters = { ...defaults, ...given };
  const random = randomOf(parameters.seed);
  const builder = new TraceBuilder();
  const models: Model[] = [];
  for (let model = 0; model < parameters.models; model++) models.push(modelOf(builder, random, parameters, model > 0));
  const expert = parameters.experts > 0 ? zipfOf(parameters.experts, parameters.alpha, random) : () => 0;
  let [done, current] = [0, 0];
  while (done < parameters.tokens) {
    const run = parameters.models > 1 ? random.int(1, parameters.burst) : 1;
    for (let token = 0; token < run && done < parameters.tokens; token++, done++) {
      runToken(builder, random, parameters, at(models, current), current, expert);
    }
    if (parameters.models > 1 && random() < parameters.switches) current = (current + 1) % parameters.models;
  }
  return builder;
}

function modelOf(builder: TraceBuilder, random: Random, parameters: Parameters, isSmall: boolean): Model {
  const { parts, experts, weightMin, weightMax } = parameters;
  const layers: Layer[] = [];
  const count = isSmall ? Math.round(parameters.layers * 0.6) : parameters.layers;
  const page = (share: number): number => builder.buffer((random.log(weightMin, weightMax) * MiB) / share);
  for (let layer = 0; layer < count; layer++) {
    const weights = Array.from({ length: parts }, () => page(parts));
    const own = Array.from({ length: experts }, () => page(2));
    const step = experts % 5 ? 5 : 1;
    const popular = own.map((_, rank) => at(own, (rank * step + layer * 3) % Math.max(1, experts)));
    layers.push({ weights, experts: own, popular, caches: [] });
  }
  const activations = [builder.fresh(2 * MiB), builder.fresh(2 * MiB)] as const;
  const embedding = builder.buffer(random.int(60, 200) * MiB);
  return { layers, activations: [...activations], embedding, position: 0, length: lengthOf(random, parameters) };
}

function lengthOf(random: Random, { sequence }: Parameters): number {
  return random.int(sequence / 2, sequence * 1.5);
}

function runToken(
  builder: TraceBuilder,
  random: Random,
  parameters: Parameters,
  model: Model,
  client: number,
  expert: () => number,
): void {
  const { cacheMiB, cacheEvery, experts, expertsUsed } = parameters;
  const [even, odd] = model.activations;
  builder.job([model.embedding, [even, OVERWRITES]], client);
  model.layers.forEach((layer, index) => {
    const { caches } = layer;
    if (model.position % cacheEvery === 0) caches.push(builder.fresh(cacheMiB * MiB * (caches.length >= 6 ? 4 : 1)));
    const [from, to] = index % 2 === 0 ? [even, odd] : [odd, even];
    const newest = at(caches, caches.length - 1);
    const uses: Use[] = [...layer.weights, ...caches.slice(0, -1).slice(-9), [newest, WRITES], from, [to, OVERWRITES]];
    if (experts > 0) {
      const used = new Set<number>();
      while (used.size < expertsUsed) used.add(at(layer.popular, expert()));
      uses.push(...used);
    }
    builder.job(uses, client);
  });
  if (++model.position < model.length) return;
  for (const layer of model.layers) {
    for (const cache of layer.caches) builder.free(cache);
    layer.caches = [];
  }
  model.position = 0;
  model.length = lengthOf(random, parameters);
}
