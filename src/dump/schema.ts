/**
 * The JSON schema of a memory dump. docs/memory-dump.schema.json, which ships for other programs, has the same text: a test
 * compares them, and `node scripts/dump-schema.mjs` writes it. What `check.ts` understands of JSON schemas is what is used here.
 */
import { dtypes } from '../base/dtype.ts';
import { dumpFormat, dumpVersion } from './format.ts';

/** The part of JSON schema that is used. */
export interface Schema {
  readonly $schema?: string;
  readonly $id?: string;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly title?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly const?: string | number;
  readonly enum?: readonly (string | null)[];
  readonly minimum?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  /** Told apart by a property that has another constant in each. */
  readonly oneOf?: readonly Schema[];
}

const text: Schema = { type: 'string' };
const textOrNull: Schema = { type: ['string', 'null'] };
const flag: Schema = { type: 'boolean' };
const number: Schema = { type: 'number' };
const whole: Schema = { type: 'integer' };
const count: Schema = { type: 'integer', minimum: 0 };
const countOrNull: Schema = { type: ['integer', 'null'], minimum: 0 };
const time: Schema = { type: 'number', minimum: 0 };

function list(items: Schema): Schema {
  return { type: 'array', items };
}

function of(name: string): Schema {
  return { $ref: `#/$defs/${name}` };
}

function choice(...names: readonly string[]): Schema {
  return { enum: names };
}

/** Every property is required. */
function object(properties: Readonly<Record<string, Schema>>, description?: string): Schema {
  const base: Schema = { type: 'object', required: Object.keys(properties), properties };
  return description === undefined ? base : { description, ...base };
}

const heap: Schema = object({
  name: text,
  kind: choice('memory', 'swap', 'device'),
  capacityBytes: count,
  budgetBytes: count,
  usedBytes: count,
  peakBytes: count,
  largestFreeBytes: count,
  fragmentation: { type: 'number', minimum: 0 },
  isWhole: flag,
  blocks: list(of('block')),
  counts: object({ placed: count, moved: count, evicted: count, swappedIn: count, freed: count, published: count }),
});

const block: Schema = object({
  startBytes: count,
  sizeBytes: count,
  state: choice('free', 'used', 'taken'),
  buffer: countOrNull,
  agent: countOrNull,
});

const buffer: Schema = object({
  id: count,
  label: textOrNull,
  dtype: { enum: [...dtypes, null] },
  shape: { type: ['array', 'null'], items: count },
  sizeBytes: count,
  state: choice('live', 'closed'),
  heap: textOrNull,
  startBytes: countOrNull,
  heaps: list(text),
  contents: choice('good', 'unwritten', 'failed'),
  heldBy: list(count),
  pinnedBy: list(count),
  priority: number,
  client: textOrNull,
  lastUse: count,
  source: countOrNull,
  exported: {
    type: ['object', 'null'],
    required: ['agent', 'isForeign', 'isRevoked'],
    properties: { agent: countOrNull, isForeign: flag, isRevoked: flag },
  },
  importers: list(object({ agent: count, isDynamic: flag })),
  kept: list(of('kept')),
});

const kept: Schema = {
  description: 'One reason why a buffer cannot be moved.',
  oneOf: [
    object({ by: { const: 'lock' }, agent: count, ticket: count }),
    object({
      by: { const: 'fence' },
      usage: choice('move', 'write', 'read', 'bookkeep'),
      timeline: text,
      seqno: count,
      owed: text,
    }),
    object({ by: { const: 'pin' }, agent: count }),
  ],
};

const client: Schema = object({
  name: text,
  budgetBytes: countOrNull,
  usedBytes: count,
  peakBytes: count,
  priority: number,
});

const agent: Schema = object({
  agent: count,
  state: choice('joining', 'live', 'leaving', 'stopped'),
  isQuitting: flag,
  parent: countOrNull,
});

const job: Schema = object({
  job: count,
  seqno: count,
  label: text,
  phase: choice('queued', 'ready', 'running'),
  submitter: count,
  runners: list(count),
  uses: list(object({ buffer: count, access: choice('read', 'write', 'update') })),
  waitsFor: list(of('wait')),
});

const wait: Schema = {
  description: 'One thing that keeps a job from running.',
  oneOf: [
    object({ for: { const: 'memory' }, heap: text, bytes: count }),
    object({ for: { const: 'lock' }, buffer: count, agent: count }),
    object({ for: { const: 'room' }, buffer: count }),
    object({ for: { const: 'turn' } }),
    object({ for: { const: 'fence' }, timeline: text, seqno: count, owed: text }),
    object({ for: { const: 'worker' } }),
  ],
};

const transaction: Schema = object({
  agent: count,
  ticket: count,
  label: textOrNull,
  openMs: { type: ['number', 'null'], minimum: 0 },
  attempt: countOrNull,
  holds: list(count),
  locks: count,
  waitsFor: countOrNull,
});

const history: Schema = {
  type: ['object', 'null'],
  required: ['lost', 'events'],
  properties: { lost: count, events: list(of('event')) },
};

const event: Schema = object({
  atMs: number,
  agent: count,
  what: choice('placed', 'moved', 'evicted', 'swapped in', 'freed', 'published'),
  buffer: count,
  label: textOrNull,
  sizeBytes: count,
  heap: textOrNull,
  startBytes: count,
  from: textOrNull,
});

export const dumpSchema: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'urn:fenceline:memory-dump:1',
  title: 'Fenceline memory dump',
  ...object(
    {
      format: { const: dumpFormat },
      version: { const: dumpVersion },
      takenAtMs: time,
      ageMs: number,
      space: whole,
      isShared: flag,
      agent: count,
      submitted: count,
      heaps: list(of('heap')),
      buffers: list(of('buffer')),
      clients: list(of('client')),
      agents: list(of('agent')),
      jobs: list(of('job')),
      transactions: list(of('transaction')),
      history,
    },
    'What a space of Fenceline holds at a moment: sizes in bytes, times in milliseconds, null for what is not known.',
  ),
  $defs: { heap, block, buffer, kept, client, agent, job, wait, transaction, event },
};
