/** The direction of imports. Each rule has a control case: a snippet that breaks it, and must be found. */
import { describe, expect, test } from 'vitest';
import { cycleIn, importsOf, reachableFrom } from './imports.ts';
import { againstTheOrder, foreignImports, isTool, layerOf } from './layers.ts';
import { printed, readText, sourceOf, sourcesBelow } from './source.ts';

const sources = sourcesBelow('src');
const imports = sources.flatMap(importsOf);
const library = imports.filter(({ from }) => !isTool(from));
const importsIn = (path: string, text: string) => importsOf(sourceOf(path, text));

describe('layers', () => {
  test('every folder of src/ has a layer', () => {
    expect(sources.map(({ path }) => path).filter((path) => layerOf(path) === undefined)).toEqual([]);
    expect(layerOf('src/drawer/thing.ts')).toBeUndefined();
  });

  test('a layer imports only itself and layers to its left', () => {
    expect(printed(againstTheOrder(imports))).toEqual([]);
  });

  test.each([
    ['src/cells/doorbell.ts', "import { lock } from '../lock/ww.ts';"],
    ['src/fence/fence.ts', "import type { Buffer } from '../buffer/buffer.ts';"],
    ['src/device/pool.ts', "export * from '../space.ts';"],
    ['src/index.ts', "import { explore } from './explore/driver.ts';"],
    ['src/lock/ww.ts', "const late = import('../memory/heap.ts');"],
  ])('control: %s with %s is found', (path, text) => {
    expect(againstTheOrder(importsIn(path, text))).toHaveLength(1);
  });

  test('permits an import to the left and within the layer', () => {
    const text = "import { load } from '../cells/cell.ts'; import { ticket } from './ticket.ts';";
    expect(againstTheOrder(importsIn('src/lock/ww.ts', text))).toEqual([]);
  });

  test('the library never imports a tool', () => {
    expect(library.filter(({ target }) => target !== undefined && isTool(target))).toEqual([]);
    expect(isTool('src/cli/main.ts')).toBe(true);
    expect(isTool('src/index.ts')).toBe(false);
  });
});

describe('cycles', () => {
  test('no file imports itself through others', () => {
    expect(cycleIn(imports)?.join(' -> ')).toBeUndefined();
  });

  test('control: a cycle over three files is found, and one of types alone is not', () => {
    const [a, b, c] = ['src/base/a.ts', 'src/base/b.ts', 'src/base/c.ts'];
    const two = [...importsIn(a, "import './b.ts';"), ...importsIn(b, "import './c.ts';")];
    expect(cycleIn([...two, ...importsIn(c, "import './a.ts';")])).toEqual([a, b, c, a]);
    expect(cycleIn([...two, ...importsIn(c, "import type { A } from './a.ts';")])).toBeUndefined();
  });
});

describe('dependencies', () => {
  test('the library imports nothing but its own files', () => {
    expect(printed(foreignImports(library))).toEqual([]);
  });

  test.each(['fenceline', 'fenceline/sync', 'fenceline/streams', 'fenceline/driver'])(
    'nothing reachable from %s is a dependency or a tool',
    (name) => {
      const entry = `src/${name === 'fenceline' ? 'index' : name.split('/')[1]}.ts`;
      const exported = JSON.parse(readText('package.json')).exports as Record<string, unknown>;
      if (!(name.replace('fenceline', '.') in exported))
        return expect(sources.some(({ path }) => path === entry)).toBe(false);
      const reached = reachableFrom(entry, imports);
      expect(printed(foreignImports(imports.filter(({ from }) => reached.has(from))))).toEqual([]);
      expect([...reached].filter(isTool)).toEqual([]);
    },
  );

  test('what the tools import is Node, or a dependency that the package names', () => {
    const { dependencies, optionalDependencies } = JSON.parse(readText('package.json'));
    const named = Object.keys({ ...dependencies, ...optionalDependencies });
    const bare = foreignImports(imports.filter(({ from }) => isTool(from)));
    expect(
      printed(
        bare.filter(
          ({ sentence }) => !named.some((name) => sentence.includes(`'${name}'`)) && !sentence.includes("'node:"),
        ),
      ),
    ).toEqual([]);
    expect(named.filter((name) => !bare.some(({ sentence }) => sentence.includes(`'${name}'`)))).toEqual([]);
  });

  test.each(["import ws from 'ws';", "import { openSync } from 'node:fs';", "const fs = import('node:fs');"])(
    'control: %s is found',
    (text) => {
      expect(foreignImports(importsIn('src/fence/fence.ts', text))).toHaveLength(1);
    },
  );

  test('permits a module that is named at run time, and types', () => {
    const text = "export const load = (url: string) => import(url); import type { X } from 'x';";
    expect(foreignImports(importsIn('src/device/serve.ts', text))).toEqual([]);
  });
});
