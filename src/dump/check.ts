/**
 * Whether a value is a memory dump: what `JSON.parse` gave is anybody's. Not a validator of JSON schemas in general: it knows what
 * schema.ts uses, and a test compares its verdicts with those of a real one.
 */
import { assert } from '../base/assert.ts';
import { dumpFormat, dumpVersion, type MemoryDump } from './format.ts';
import { dumpSchema, type Schema } from './schema.ts';

/** Outcomes: undefined if it is a dump of this version; otherwise a sentence that names what is wrong first. */
export function whyNotDump(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return `It is ${typeOf(value)}, and a memory dump is an object.`;
  const { format, version } = value as { readonly format?: unknown; readonly version?: unknown };
  if (format !== dumpFormat) return `It does not say "format": "${dumpFormat}".`;
  if (version !== dumpVersion) {
    const given = typeof version === 'number' ? `of version ${version}` : 'of no version';
    return `It is ${given}, and this program reads version ${dumpVersion}.`;
  }
  return whyNot(value, dumpSchema, '');
}

/** A dump after a check. */
export function isDump(value: unknown): value is MemoryDump {
  return whyNotDump(value) === undefined;
}

function whyNot(value: unknown, schema: Schema, path: string): string | undefined {
  if (schema.$ref !== undefined) return whyNot(value, definitionOf(schema.$ref), path);
  if (schema.oneOf !== undefined) return whyNone(value, schema.oneOf, path);
  if (schema.const !== undefined && value !== schema.const) return differs(path, value, `'${schema.const}'`);
  if (schema.enum !== undefined && !(schema.enum as readonly unknown[]).includes(value)) {
    return differs(path, value, `one of ${schema.enum.join(', ')}`);
  }
  if (schema.type !== undefined && !typesOf(value).some((type) => [schema.type].flat().includes(type))) {
    return differs(path, value, [schema.type].flat().join(' or '));
  }
  if (schema.minimum !== undefined && typeof value === 'number' && value < schema.minimum) {
    return differs(path, value, `${schema.minimum} or more`);
  }
  if (Array.isArray(value)) return whyNotItems(value, schema, path);
  return typeof value === 'object' && value !== null ? whyNotFields(value, schema, path) : undefined;
}

function whyNotItems(items: readonly unknown[], schema: Schema, path: string): string | undefined {
  if (schema.items === undefined) return undefined;
  for (let index = 0; index < items.length; index++) {
    const why = whyNot(items[index], schema.items, `${path}[${index}]`);
    if (why !== undefined) return why;
  }
  return undefined;
}

function whyNotFields(fields: object, { required = [], properties = {} }: Schema, path: string): string | undefined {
  for (const name of required) {
    if (!Object.hasOwn(fields, name)) return `The field '${pathOf(path, name)}' is missing.`;
  }
  for (const [name, schema] of Object.entries(properties)) {
    if (!Object.hasOwn(fields, name)) continue;
    const why = whyNot((fields as Readonly<Record<string, unknown>>)[name], schema, pathOf(path, name));
    if (why !== undefined) return why;
  }
  return undefined;
}

/** Alternatives are told apart by a constant: what is wrong is said of the one whose constant is there. */
function whyNone(value: unknown, alternatives: readonly Schema[], path: string): string | undefined {
  if (typeof value !== 'object' || value === null) return differs(path, value, 'object');
  for (const alternative of alternatives) if (isMeant(value, alternative)) return whyNot(value, alternative, path);
  return `The field '${path}' is of no kind that this version has.`;
}

function isMeant(value: object, { properties = {} }: Schema): boolean {
  return Object.entries(properties).every(
    ([name, schema]) =>
      schema.const === undefined || (value as Readonly<Record<string, unknown>>)[name] === schema.const,
  );
}

function definitionOf(ref: string): Schema {
  const found = dumpSchema.$defs?.[ref.replace('#/$defs/', '')];
  assert(found !== undefined, 'What the schema refers to is in it.');
  return found;
}

function differs(path: string, value: unknown, wanted: string): string {
  const shown =
    typeof value === 'string' || typeof value === 'number' ? JSON.stringify(value).slice(0, 80) : typeOf(value);
  return `The field '${path}' is ${shown}, and should be ${wanted}.`;
}

function pathOf(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function typesOf(value: unknown): readonly string[] {
  if (value === null) return ['null'];
  if (Array.isArray(value)) return ['array'];
  if (typeof value !== 'number') return [typeof value];
  return Number.isInteger(value) ? ['integer', 'number'] : ['number'];
}

function typeOf(value: unknown): string {
  const type = typesOf(value)[0] ?? 'undefined';
  return type === 'null' ? 'null' : `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`;
}
