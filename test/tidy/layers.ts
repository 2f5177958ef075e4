/** The layers of ARCHITECTURE.md, left to right, and where a file stands among them. */
import type { Import } from './imports.ts';
import type { Finding } from './source.ts';

/** A layer imports itself and layers to its left. */
export const layers: readonly string[] = [
  'base',
  'cells',
  'lock',
  'fence',
  'reservation',
  'buffer',
  'memory',
  'schedule',
  'device',
  'shell',
  'tool',
];

/** Folders that are not layers of their own: the public objects right of device, and the tools on top of everything. */
const folders: Readonly<Record<string, string>> = {
  space: 'shell',
  driver: 'shell',
  streams: 'shell',
  uapi: 'shell',
  explore: 'tool',
  check: 'tool',
  cli: 'tool',
  dump: 'tool',
  pipeline: 'tool',
  replay: 'tool',
  trace: 'tool',
};

/** Subpath exports that belong to a tool; every other file directly in src/ is a public shell. */
const toolShells: ReadonlySet<string> = new Set(['check.ts', 'dump.ts', 'pipeline.ts', 'trace.ts']);

/** The layer of a path below src/, or undefined: a folder that has none yet must be entered above. */
export function layerOf(path: string): string | undefined {
  const [, first = '', second] = path.split('/');
  if (second === undefined) return toolShells.has(first) ? 'tool' : 'shell';
  return layers.includes(first) ? first : folders[first];
}

export function isTool(path: string): boolean {
  return layerOf(path) === 'tool';
}

/** True for lock ... schedule: plain synchronous functions over cells, which the explorer transforms. */
export function isCore(path: string): boolean {
  const layer = layerOf(path);
  return layer !== undefined && layers.indexOf(layer) >= 2 && layers.indexOf(layer) <= layers.indexOf('schedule');
}

export function againstTheOrder(imports: readonly Import[]): readonly Finding[] {
  return imports.flatMap(({ from, target, line }) => {
    if (!target?.startsWith('src/')) return [];
    const [here, there] = [layerOf(from), layerOf(target)];
    if (here === undefined || there === undefined) {
      return [{ path: from, line, sentence: `The import of ${target} has no layer at one of its ends.` }];
    }
    if (layers.indexOf(there) <= layers.indexOf(here)) return [];
    return [{ path: from, line, sentence: `The layer ${here} imports ${target} of the layer ${there}, to its right.` }];
  });
}

/** What the library may import: its own files. Bare names are dependencies, `node:` is one runtime's. */
export function foreignImports(imports: readonly Import[]): readonly Finding[] {
  return imports.flatMap(({ from, line, specifier, isErased }) =>
    isErased || specifier === undefined || specifier.startsWith('.')
      ? []
      : [{ path: from, line, sentence: `The library imports '${specifier}', which is not a file of its own.` }],
  );
}
