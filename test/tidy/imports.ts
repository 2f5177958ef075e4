/** Who imports whom: the graph that the rules about layers, cycles and dependencies judge. */
import { posix } from 'node:path';
import { isNode, lineAt, type Node, type Source, walk } from './source.ts';

/** One import or re-export. `isErased` imports vanish when compiled: they bind types alone. */
export interface Import {
  readonly from: string;
  /** As written, or undefined if it is computed at run time. */
  readonly specifier: string | undefined;
  /** The file of the project that a relative specifier names. */
  readonly target: string | undefined;
  readonly line: number;
  readonly isErased: boolean;
  readonly isDynamic: boolean;
}

export function importsOf(source: Source): readonly Import[] {
  const found: Import[] = [];
  walk(source.tree, (node) => {
    const specifier = specifierOf(node);
    if (!specifier) return true;
    const text = isNode(specifier) && typeof specifier.value === 'string' ? specifier.value : undefined;
    found.push({
      from: source.path,
      specifier: text,
      target: text?.startsWith('.') ? posix.join(posix.dirname(source.path), text) : undefined,
      line: lineAt(source, node.start),
      isErased: node.importKind === 'type' || node.exportKind === 'type' || node.type === 'TSImportType',
      isDynamic: node.type === 'ImportExpression',
    });
    return true;
  });
  return found;
}

function specifierOf(node: Node): unknown {
  if (/^(Import|ExportNamed|ExportAll)Declaration$/.test(node.type)) return node.source;
  if (node.type === 'ImportExpression' || node.type === 'TSImportType') return node.source ?? node.argument;
  return undefined;
}

/** The first cycle of run-time imports found, as the list of its files (the first one again at the end); or undefined. */
export function cycleIn(imports: readonly Import[]): readonly string[] | undefined {
  const edges = new Map<string, string[]>();
  for (const { from, target, isErased, isDynamic } of imports) {
    if (target && !isErased && !isDynamic) edges.set(from, [...(edges.get(from) ?? []), target]);
  }
  const done = new Set<string>();
  const path: string[] = [];
  const search = (file: string): readonly string[] | undefined => {
    const at = path.indexOf(file);
    if (at >= 0) return [...path.slice(at), file];
    if (done.has(file)) return undefined;
    path.push(file);
    for (const next of edges.get(file) ?? []) {
      const cycle = search(next);
      if (cycle) return cycle;
    }
    path.pop();
    done.add(file);
    return undefined;
  };
  for (const file of edges.keys()) {
    const cycle = search(file);
    if (cycle) return cycle;
  }
  return undefined;
}

/** Every file that runs once `entry` is imported, `entry` included. */
export function reachableFrom(entry: string, imports: readonly Import[]): ReadonlySet<string> {
  const reached = new Set([entry]);
  for (const file of reached) {
    for (const { from, target, isErased } of imports) if (from === file && target && !isErased) reached.add(target);
  }
  return reached;
}
