/** The schema that ships is that of the library, and what the library refuses a real validator refuses, too. */
import { Space } from 'fenceline';
import type { MemoryDump } from 'fenceline/dump';
import { beforeAll, describe, expect, test } from 'vitest';
import { whyNotDump } from '#fenceline/dump/check.js';
import { dumpSchema } from '#fenceline/dump/schema.js';
import { fullDump } from './full-dump.ts';
import { shippedSchema, validate } from './validated.ts';

type Path = readonly (string | number)[];

/** Every field of an example, by the way to it. */
function pathsIn(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return path.length === 0 ? [] : [path];
  const inner = Object.entries(value).flatMap(([key, child]) =>
    pathsIn(child, [...path, Array.isArray(value) ? Number(key) : key]),
  );
  return path.length === 0 ? inner : [path, ...inner];
}

type Fields = Record<string | number, unknown>;

/** Parts that the example shares are its own here. */
const example = JSON.parse(JSON.stringify(fullDump)) as Fields;

/** What both say of the example while one of its fields is changed. */
function verdict(path: Path, change: (parent: Fields, key: string | number) => void): [boolean, string | undefined] {
  const parent = path.slice(0, -1).reduce((at, key) => at[key] as Fields, example);
  const key = path.at(-1) ?? '';
  const before = parent[key];
  change(parent, key);
  const said: [boolean, string | undefined] = [validate(example), whyNotDump(example)];
  parent[key] = before;
  return said;
}

function nameOf(path: Path): string {
  return path.map((key, index) => (typeof key === 'number' ? `[${key}]` : index === 0 ? key : `.${key}`)).join('');
}

test('the schema that ships is the one the library checks by', () => {
  const mend = 'node scripts/dump-schema.mjs writes it';
  expect(shippedSchema, mend).toEqual(JSON.parse(JSON.stringify(dumpSchema)));
});

describe('an example of everything', () => {
  let paths: readonly Path[] = [];
  beforeAll(() => {
    paths = pathsIn(fullDump);
  });

  test('is a dump for both', () => {
    expect([validate(fullDump), whyNotDump(fullDump)]).toEqual([true, undefined]);
    expect(paths.length).toBeGreaterThan(150);
  });

  test('without any one of its fields is none, and the field is named', () => {
    for (const path of paths) {
      if (typeof path.at(-1) === 'number') continue;
      const [isDump, why] = verdict(path, (parent, key) => delete parent[key]);
      expect(isDump, nameOf(path)).toBe(false);
      if (path[0] === 'format' || path[0] === 'version') expect(why).toMatch(/"format"|version/);
      // A reason or a wait without its kind is of no kind.
      else if (path.at(-1) === 'by' || path.at(-1) === 'for') expect(why).toMatch(/of no kind that this version has/);
      else expect(why).toBe(`The field '${nameOf(path)}' is missing.`);
    }
  });

  test('with a field of another type is none for both, or still one for both', () => {
    let refused = 0;
    for (const path of paths) {
      for (const value of [null, -1, 1.5, 'what', true, [], {}, [7]]) {
        const [isDump, why] = verdict(path, (parent, key) => {
          parent[key] = value;
        });
        if ((why === undefined) !== isDump)
          expect.fail(`${nameOf(path)} = ${JSON.stringify(value)}: ${isDump}, ${why}`);
        if (why !== undefined) refused++;
      }
    }
    expect(refused).toBeGreaterThan(paths.length * 5);
  });
});

describe('what is no dump is refused in a sentence', () => {
  test.each([
    [null, 'It is null, and a memory dump is an object.'],
    [7, 'It is an integer, and a memory dump is an object.'],
    [[], `It does not say "format": "fenceline memory dump".`],
    [{ traceEvents: [] }, `It does not say "format": "fenceline memory dump".`],
    [{ format: 'fenceline memory dump' }, 'It is of no version, and this program reads version 1.'],
    [{ format: 'fenceline memory dump', version: 2 }, 'It is of version 2, and this program reads version 1.'],
    [{ format: 'fenceline memory dump', version: 1 }, "The field 'takenAtMs' is missing."],
  ])('%j', (value, sentence) => {
    expect(whyNotDump(value)).toBe(sentence);
    expect(validate(value)).toBe(false);
  });

  test('a field that is there and wrong is named with what it should be', () => {
    const heaps = [{ ...(fullDump as MemoryDump).heaps[0], kind: 'cloud' }];
    expect(whyNotDump({ ...fullDump, heaps })).toBe(
      `The field 'heaps[0].kind' is "cloud", and should be one of memory, swap, device.`,
    );
  });

  test('fields that a later version adds do not matter', () => {
    expect(whyNotDump({ ...fullDump, more: 1 })).toBeUndefined();
    expect(validate({ ...fullDump, more: 1 })).toBe(true);
  });
});

test('control: a space of its own is in the dump that the tests look at', async () => {
  const space = Space.create({ limits: { buffers: 1 } });
  expect(whyNotDump({ ...fullDump, space: space.handle })).toMatch(/'space'/);
  await space.close();
});
