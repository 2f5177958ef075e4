/** Planted bugs are edits of sources that change: each must still find its place, also those that only long tests look for. */
import { join } from 'node:path';
import type { PlantedBug } from 'fenceline/check';
import { describe, expect, test } from 'vitest';
import { pathsBelow, readText, root } from './source.ts';

const paths = ['src', 'test', 'examples', 'casebook'].flatMap(pathsBelow);
const lists = paths.filter((path) => path.endsWith('.planted.ts'));
const tables = paths.filter((path) => /\/planted\/[^/]+\.json$/.test(path));

/** Where a bug is not. Its file is named as the explorer takes it: by the end of its path. */
function misses(from: string, bugs: readonly PlantedBug[]): readonly string[] {
  return bugs.flatMap(({ name, file, find }) => {
    const named = paths.filter((path) => path === file || path.endsWith(`/${file}`));
    const count = named.reduce((sum, path) => sum + readText(path).split(find).length - 1, 0);
    return count === 1 ? [] : [`${from}: '${name}' matches ${file} ${count} times, and must once.`];
  });
}

describe('planted bugs', () => {
  test('each list matches the sources as they are', async () => {
    const found: string[] = [];
    for (const path of lists) {
      const list = (await import(join(root, path))) as { readonly default: readonly PlantedBug[] };
      found.push(...misses(path, list.default));
    }
    expect(lists.length).toBeGreaterThan(20);
    expect(found).toEqual([]);
  });

  test('each table matches the sources as they are', () => {
    expect(tables.length).toBeGreaterThan(5);
    expect(tables.flatMap((path) => misses(path, JSON.parse(readText(path)) as readonly PlantedBug[]))).toEqual([]);
  });

  test('control: what is not there, and what is there twice, is found', () => {
    const bug = { name: 'a bug', file: 'src/schedule/take.ts', find: 'export function takeWork(', replace: '' };
    expect(misses('x', [bug])).toEqual([]);
    expect(misses('x', [{ ...bug, find: 'no such line' }])).toHaveLength(1);
    expect(misses('x', [{ ...bug, find: 'export' }])).toHaveLength(1);
    expect(misses('x', [{ ...bug, file: 'nowhere.ts' }])).toHaveLength(1);
  });
});
