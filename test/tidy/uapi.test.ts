/** The facade adds no synchronisation of its own: it stands on the public modules, and on nothing below them. */
import { describe, expect, test } from 'vitest';
import { type Import, importsOf } from './imports.ts';
import { sourceOf, sourcesBelow } from './source.ts';

const isFacade = (path: string): boolean => path === 'src/uapi.ts' || path.startsWith('src/uapi/');
const isReplay = (path: string): boolean => path.startsWith('src/replay/');

/** Imports of the facade that are neither public nor its own; of the replay, all but the facade's besides. */
function beyond(imports: readonly Import[]): readonly string[] {
  const publicModules = ['src/index.ts', 'src/sync.ts'];
  return imports.flatMap(({ from, target, specifier }) => {
    if (isFacade(from))
      return target && (publicModules.includes(target) || isFacade(target)) ? [] : [`${from} ${specifier}`];
    if (!isReplay(from) || specifier?.startsWith('node:')) return [];
    const isPublic = target === 'src/uapi.ts' || target === 'src/index.ts' || (target && isReplay(target));
    return isPublic ? [] : [`${from} ${specifier}`];
  });
}

describe('src/uapi and src/replay', () => {
  const imports = sourcesBelow('src').flatMap(importsOf);

  test('import public modules alone, types too', () => {
    expect(beyond(imports)).toEqual([]);
    expect(imports.filter(({ from }) => isFacade(from)).length).toBeGreaterThan(10);
  });

  test.each([
    ['src/uapi/a.ts', "import { load } from '../cells/cell.ts';"],
    ['src/uapi.ts', "import type { Core } from './core.ts';"],
    ['src/uapi/a.ts', "import { Worker } from 'node:worker_threads';"],
    ['src/replay/a.ts', "import { timeline } from '../sync.ts';"],
    ['src/replay/a.ts', "import { Names } from '../uapi/names.ts';"],
  ])('control: %s with %s is found', (path, text) => {
    expect(beyond(importsOf(sourceOf(path, text)))).toHaveLength(1);
  });

  test('permits the public modules', () => {
    const facade = "import { Space } from '../index.ts'; import { timeline } from '../sync.ts'; import './names.ts';";
    const replay = "import { uapi } from '../uapi.ts'; import { Space } from '../index.ts'; import 'node:zlib';";
    expect(
      beyond([...importsOf(sourceOf('src/uapi/a.ts', facade)), ...importsOf(sourceOf('src/replay/a.ts', replay))]),
    ).toEqual([]);
  });
});
