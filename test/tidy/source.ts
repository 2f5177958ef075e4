/**
 * Reads the files that the tidy rules judge, and walks their syntax trees. It knows no rule.
 *
 * A rule is a function from sources to findings, so that its control case can feed it a bad snippet; the sources of the
 * project are read once.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'oxc-parser';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** One node of a syntax tree: ESTree, with TypeScript's types beside it. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

/** One file: its path from the root with forward slashes, its text, and its tree if it is TypeScript or JavaScript. */
export interface Source {
  readonly path: string;
  readonly text: string;
  readonly tree: Node;
}

/** One broken rule: where, and a full sentence that says what. */
export interface Finding {
  readonly path: string;
  readonly line: number;
  readonly sentence: string;
}

/** A source from memory, for control cases. */
export function sourceOf(path: string, text: string): Source {
  const { program, errors } = parseSync(path, text, { sourceType: 'module' });
  const first = errors[0];
  if (first) throw new Error(`${path} does not parse: ${first.message}`);
  return { path, text, tree: program as unknown as Node };
}

const unowned = new Set(['node_modules', 'dist', 'build', 'coverage', 'out', '.git', 'programs']);

/** Paths of all files of the project below `folder` ('' is the root), without what is built or installed. */
export function pathsBelow(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .flatMap((entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) return unowned.has(entry.name) ? [] : pathsBelow(path);
      return entry.isFile() && !unowned.has(entry.name) ? [path] : [];
    })
    .sort();
}

/** All TypeScript below `folder`, parsed; nothing if the folder does not exist (yet). */
export function sourcesBelow(folder: string): readonly Source[] {
  const names = readdirSync(root);
  if (!names.includes(folder.split('/')[0] ?? '')) return [];
  return pathsBelow(folder)
    .filter((path) => path.endsWith('.ts'))
    .map((path) => sourceOf(path, readText(path)));
}

export function readText(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

export function lineAt(source: { readonly text: string }, offset: number): number {
  return source.text.slice(0, offset).split('\n').length;
}

export function findingAt(source: Source, node: Node, sentence: string): Finding {
  return { path: source.path, line: lineAt(source, node.start), sentence };
}

/** One line per finding, as the tests print them: an empty list is what every rule wants. */
export function printed(findings: readonly Finding[]): readonly string[] {
  return findings.map(({ path, line, sentence }) => `${path}:${line} ${sentence}`);
}

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';
}

/** The children of a node, in the order of the text. */
export function childrenOf(node: Node): readonly Node[] {
  return Object.values(node).flatMap((value) =>
    Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : [],
  );
}

/** Calls `visit` for the node and everything below it; `visit` returns false to leave a subtree out. */
export function walk(node: Node, visit: (node: Node, parents: readonly Node[]) => boolean | undefined): void {
  const step = (current: Node, parents: readonly Node[]): void => {
    if (visit(current, parents) === false) return;
    const below = [...parents, current];
    for (const child of childrenOf(current)) step(child, below);
  };
  step(node, []);
}

const typeWrappers = new Set([
  'TSAsExpression',
  'TSSatisfiesExpression',
  'TSNonNullExpression',
  'TSInstantiationExpression',
]);

/** True for a node that exists only for the compiler: a type, an interface, an import of types. */
export function isErased(node: Node): boolean {
  if (node.importKind === 'type' || node.exportKind === 'type' || node.declare === true) return true;
  return node.type.startsWith('TS') && !typeWrappers.has(node.type);
}
