/** What is explored is what ships: every source of nondeterminism in src/cells/ is known to the explorer. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { facade } from '#fenceline/explore/operations.js';

const folder = new URL('../../../src/cells/', import.meta.url);
const outside =
  /\b(Atomics|setTimeout|setInterval|queueMicrotask|performance|crypto|readFileSync|readlinkSync)\b|Date\.now/;

/** Starting threads and talking to them: nothing that a scenario's agents do. */
const notExplored: readonly string[] = ['thread.ts'];

interface Exported {
  readonly name: string;
  readonly text: string;
}

function exportsOf(text: string): readonly Exported[] {
  return text
    .split(/^(?=export )/m)
    .slice(1)
    .flatMap((part) => {
      const name = /^export (?:async )?function (\w+)/.exec(part)?.[1];
      return name === undefined ? [] : [{ name, text: part.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '') }];
    });
}

const files = readdirSync(folder).filter((name) => name.endsWith('.ts') && !notExplored.includes(name));

test('every function of the cells that reaches out of the program has a stand-in', () => {
  const missing = files.flatMap((name) =>
    exportsOf(readFileSync(new URL(name, folder), 'utf8'))
      .filter((one) => outside.test(one.text) && facade[`cells/${name}`]?.[one.name] === undefined)
      .map((one) => `src/cells/${name}: ${one.name}`),
  );
  expect(missing).toEqual([]);
});

test('every stand-in still has its function', () => {
  const gone = Object.entries(facade).flatMap(([path, entries]) => {
    const names = exportsOf(readFileSync(new URL(path.replace('cells/', ''), folder), 'utf8')).map(({ name }) => name);
    return Object.keys(entries).filter((name) => !names.includes(name));
  });
  expect(gone).toEqual([]);
});
