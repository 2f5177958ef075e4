/** Random values against structuredClone, and random damage. A failure prints its seed and the command that runs it again. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isFencelineError } from '#fenceline/base/errors.js';
import { decode, encode } from '#fenceline/schedule/codec.js';
import { sameGraph } from './same-graph.ts';

const seed = Number(process.env.FENCELINE_SEED ?? Math.floor(Math.random() * 2 ** 31));
const room = new Uint8Array(1 << 20);

function check(property: fc.IProperty<never>, numRuns: number): void {
  const details = fc.check(property, { seed, numRuns });
  const rerun = `FENCELINE_SEED=${seed} npx vitest run test/schedule/codec.property.test.ts`;
  if (!details.failed) return;
  throw new Error(`${fc.defaultReportMessage(details)}\nRun again with: ${rerun}`, { cause: details.errorInstance });
}

const leaves = fc.oneof(
  fc.anything({
    maxDepth: 4,
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withSparseArray: true,
    withNullPrototype: true,
    withUnicodeString: true,
  }),
  fc.bigInt(),
  fc.double(),
  fc.integer(),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) }),
);

/** A graph: containers of random kinds, whose parts are leaves or containers again, also themselves. */
const graphs = fc
  .array(
    fc.tuple(
      fc.integer({ min: 0, max: 3 }),
      fc.array(
        fc.oneof(
          fc.nat(99).map((to) => ({ to })),
          leaves,
        ),
        { maxLength: 6 },
      ),
    ),
    {
      minLength: 1,
      maxLength: 40,
    },
  )
  .map((nodes) => {
    const made = nodes.map(([kind]) => [{}, [], new Map(), new Set()][kind] as object);
    for (const [index, [, parts]] of nodes.entries()) {
      for (const [at, part] of parts.entries())
        link(made[index], at, isLink(part) ? made[part.to % made.length] : part);
    }
    return made[0];
  });

function isLink(part: unknown): part is { to: number } {
  return typeof part === 'object' && part !== null && Object.keys(part).join() === 'to';
}

function link(node: unknown, at: number, part: unknown): void {
  if (node instanceof Map) node.set(part, at);
  else if (node instanceof Set) node.add(part);
  else if (Array.isArray(node)) node.push(part);
  else (node as Record<string, unknown>)[`p${at}`] = part;
}

/** Decodes, and says how it ended. Anything but a value or EINVAL is thrown. */
function outcomeOf(bytes: Uint8Array, length = bytes.length): 'value' | 'refused' {
  try {
    decode(bytes, 0, length);
    return 'value';
  } catch (error) {
    if (isFencelineError(error) && error.code === 'EINVAL') return 'refused';
    throw error;
  }
}

test('a copy of any value is what structuredClone makes', () => {
  check(
    fc.property(fc.oneof(leaves, graphs), (value) =>
      sameGraph(decode(room, 5, encode(value, room, 5)), structuredClone(value)),
    ) as never,
    3000,
  );
});

test('the bytes needed are the same in any room', () => {
  check(
    fc.property(fc.oneof(leaves, graphs), fc.double({ min: 0, max: 1, noNaN: true }), (value, part) => {
      const needed = encode(value, room, 0);
      const size = Math.floor(needed * part);
      const answer = encode(value, new Uint8Array(size), 0);
      return answer === (size === needed ? needed : -1 - needed);
    }) as never,
    1000,
  );
});

test('bytes cut short are refused', () => {
  check(
    fc.property(
      fc.oneof(leaves, graphs),
      fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      (value, part) => {
        const needed = encode(value, room, 0);
        const length = Math.floor(needed * part);
        // The rest may stand behind the end all the same: it must not be read.
        return outcomeOf(room.slice(0, length)) === 'refused' && outcomeOf(room, length) === 'refused';
      },
    ) as never,
    2000,
  );
});

test('damaged bytes are some value or are refused, and never hang', () => {
  const damage = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), fc.nat(255)), {
    minLength: 1,
    maxLength: 8,
  });
  const outcomes = { value: 0, refused: 0 };
  check(
    fc.property(fc.oneof(leaves, graphs), damage, (value, changes) => {
      const bytes = room.slice(0, encode(value, room, 0));
      for (const [part, byte] of changes) bytes[Math.floor(part * bytes.length)] = byte;
      outcomes[outcomeOf(bytes)]++;
    }) as never,
    5000,
  );
  // Both ends are reached, or the damage would not test anything.
  expect(Math.min(outcomes.value, outcomes.refused)).toBeGreaterThan(100);
});

test('random bytes are some value or are refused, and never hang', () => {
  check(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void outcomeOf(bytes)) as never, 5000);
});
