/** Rules about how a file is written: no any, a proof beside `!`, no async in the core, lengths, names. */
import { type Finding, findingAt, type Node, type Source, walk } from './source.ts';

export const lineMax = 400;

export function anyIn(source: Source): readonly Finding[] {
  const found: Finding[] = [];
  walk(source.tree, (node) => {
    if (node.type === 'TSAnyKeyword') found.push(findingAt(source, node, 'The type any is used.'));
    return true;
  });
  return found;
}

/** `x!` and `declare x!: T` claim what the compiler cannot see: the claim's proof stands on the same line or the one above. */
export function unprovenNonNull(source: Source): readonly Finding[] {
  const lines = source.text.split('\n');
  const found: Finding[] = [];
  walk(source.tree, (node) => {
    if (node.type !== 'TSNonNullExpression' && node.definite !== true) return true;
    const at = findingAt(source, { ...node, start: node.end }, 'A non-null ! has no comment beside it that says why.');
    const near = [lines[at.line - 1], lines[at.line - 2]];
    if (!near.some((line) => line !== undefined && /\/\/|\/\*|^\s*\*|\*\//.test(line))) found.push(at);
    return true;
  });
  return found;
}

/** Files of base ... schedule that may hold async shells, each with the reason. They touch no cell between awaits. */
export const asyncShells: Readonly<Record<string, string>> = {};

/** The keywords async and await, and `for await`: the explorer transforms plain synchronous functions only. */
export function asyncIn(source: Source): readonly Finding[] {
  if (source.path in asyncShells) return [];
  const found: Finding[] = [];
  walk(source.tree, (node) => {
    const isAwaitUsing = node.type === 'VariableDeclaration' && node.kind === 'await using';
    if (node.async === true || node.await === true || node.type === 'AwaitExpression' || isAwaitUsing) {
      found.push(findingAt(source, node, 'async or await is used in a layer of plain synchronous steps.'));
    }
    return true;
  });
  return found;
}

export function tooLong(source: { readonly path: string; readonly text: string }): readonly Finding[] {
  const length = source.text.trimEnd().split('\n').length;
  if (length <= lineMax) return [];
  return [{ path: source.path, line: length, sentence: `The file has ${length} lines, and ${lineMax} is the limit.` }];
}

/** A file of the library begins with what it is, and what it is not. */
export function headless({ path, text }: { readonly path: string; readonly text: string }): readonly Finding[] {
  if (/^(#![^\n]*\n)?\/[*/]/.test(text)) return [];
  return [{ path, line: 1, sentence: 'The file does not begin with a comment that says what it is.' }];
}

const drawers = /(^|[-./])(utils?|helpers?|misc|common|stuff)([-./]|$)/;
const kebab = /^([a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*|[A-Z]+\.md)$/;

/** File names: kebab-case, after the concept in them, and never after a drawer for everything. */
export function badName(path: string): readonly Finding[] {
  const name = path.split('/').at(-1) ?? path;
  const found: Finding[] = [];
  if (!kebab.test(name)) found.push({ path, line: 1, sentence: `The file name ${name} is not kebab-case.` });
  if (drawers.test(path)) found.push({ path, line: 1, sentence: `The path ${path} names a drawer, not a concept.` });
  return found;
}

/** Tests that do not run, or run until they pass, and work that was put off. */
export function putOff(source: Source): readonly Finding[] {
  const found: Finding[] = [];
  walk(source.tree, (node) => {
    const name = memberName(node);
    if (name === 'only' || name === 'todo' || name === 'fails')
      found.push(findingAt(source, node, `A test is marked .${name}.`));
    if (name === 'skip')
      found.push(findingAt(source, node, 'A test is marked .skip; use skipIf with a printed reason.'));
    return true;
  });
  source.text.split('\n').forEach((text, index) => {
    const word = /\b(TODO|FIXME|XXX)\b/.exec(text)?.[1];
    if (word) found.push({ path: source.path, line: index + 1, sentence: `The line says ${word}.` });
  });
  return found;
}

function memberName(node: Node): string | undefined {
  if (node.type !== 'MemberExpression') return undefined;
  const [object, property] = [node.object as Node, node.property as Node];
  return ['test', 'it', 'describe', 'bench', 'suite', 'context'].includes(String(object.name))
    ? String(property.name)
    : undefined;
}
