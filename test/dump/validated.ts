/** Dumps, held against the schema that ships by a validator that is not ours. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { Space } from 'fenceline';
import { dumpMemory, type MemoryDump } from 'fenceline/dump';
import { expect } from 'vitest';
import { whyNotDump } from '#fenceline/dump/check.js';

const path = createRequire(import.meta.url).resolve('fenceline/memory-dump.schema.json');

export const shippedSchema: object = JSON.parse(readFileSync(path, 'utf8'));
export const validate: ValidateFunction = new Ajv2020({
  allErrors: false,
  strict: true,
  allowUnionTypes: true,
}).compile(shippedSchema);

/** Takes a dump, as JSON carries it. Both judges must accept it. */
export function validDump(space: Space): MemoryDump {
  const dump: MemoryDump = JSON.parse(JSON.stringify(dumpMemory(space)));
  validate(dump);
  expect([validate.errors ?? [], whyNotDump(dump)]).toEqual([[], undefined]);
  return dump;
}
