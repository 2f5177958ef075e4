/** Compares whole folders of outputs. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';

export type Files = ReadonlyMap<string, Buffer>;

export function filesOf(folder: string): Files {
  return new Map(
    readdirSync(folder)
      .sort()
      .map((name) => [name, readFileSync(join(folder, name))]),
  );
}

/** The same names with the same bytes. Says which file differs, not how: megabytes make no good message. */
export function expectSameFiles(found: Files, wanted: Files): void {
  expect([...found.keys()]).toEqual([...wanted.keys()]);
  const differing = [...wanted].filter(([name, bytes]) => !found.get(name)?.equals(bytes)).map(([name]) => name);
  expect(differing).toEqual([]);
}
