/**
 * What the package exports, read from the declarations that ship: `timeline()`, `Space.join`, `Space#buffer`.
 *
 * A new function, method or accessor appears here by itself. Members of exported types are listed like those of classes:
 * most of them are faces of classes that are not exported.
 */
import { readFileSync } from 'node:fs';
import { parseSync } from 'oxc-parser';

interface Node {
  readonly type: string;
  readonly [field: string]: unknown;
}

const root = new URL('../../', import.meta.url);

/** Made of the members of the others alone, which a test in test/tidy enforces: it touches no memory. */
const facades = new Set(['./uapi']);

/** Every member of every subpath that has objects of its own, sorted. */
export function publicMembers(): readonly string[] {
  const { exports } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
    exports: Record<string, string | { types: string }>;
  };
  const entries = Object.entries(exports).flatMap(([path, one]) =>
    typeof one === 'string' || facades.has(path) ? [] : [new URL(one.types, root)],
  );
  return [...new Set(entries.flatMap((entry) => membersOfModule(entry)))].sort();
}

function membersOfModule(url: URL): readonly string[] {
  return statementsOf(url).flatMap((statement) => {
    if (statement.type === 'ExportAllDeclaration') return membersOfModule(sourceOf(statement, url));
    if (statement.type !== 'ExportNamedDeclaration') return [];
    if (statement.declaration) return membersOf(statement.declaration as Node);
    if (!statement.source) return [];
    const names = (statement.specifiers as readonly Node[]).map(({ local }) => (local as Node).name as string);
    return declarationsIn(sourceOf(statement, url), new Set(names)).flatMap(membersOf);
  });
}

/** The declarations of these names, also where a module only passes them on. */
function declarationsIn(url: URL, names: ReadonlySet<string>): readonly Node[] {
  return statementsOf(url).flatMap((statement) => {
    if (statement.type !== 'ExportNamedDeclaration') return [];
    const declaration = statement.declaration as Node | null;
    if (declaration) return names.has(nameOf(declaration)) ? [declaration] : [];
    const passed = (statement.specifiers as readonly Node[])
      .map(({ local }) => (local as Node).name as string)
      .filter((name) => names.has(name));
    return statement.source && passed.length > 0 ? declarationsIn(sourceOf(statement, url), new Set(passed)) : [];
  });
}

function membersOf(declaration: Node): readonly string[] {
  const name = nameOf(declaration);
  if (declaration.type === 'TSDeclareFunction') return [`${name}()`];
  const body = (declaration.body as Node | undefined)?.body;
  if (!Array.isArray(body)) return [];
  return (body as readonly Node[]).flatMap((member) => {
    const key = member.key as Node | undefined;
    if (key === undefined || key.type === 'PrivateIdentifier' || member.kind === 'constructor') return [];
    if (member.accessibility === 'private' || member.accessibility === 'protected') return [];
    const isSet = member.kind === 'set' ? '=' : '';
    return [`${name}${member.static ? '.' : '#'}${keyText(key)}${isSet}`];
  });
}

function keyText(key: Node): string {
  if (key.type !== 'MemberExpression') return String(key.name ?? key.value);
  return `[${(key.object as Node).name}.${(key.property as Node).name}]`;
}

function nameOf(declaration: Node): string {
  return String((declaration.id as Node | null | undefined)?.name);
}

function sourceOf(statement: Node, from: URL): URL {
  return new URL(((statement.source as Node).value as string).replace(/\.[jt]s$/, '.d.ts'), from);
}

function statementsOf(url: URL): readonly Node[] {
  const { program, errors } = parseSync(url.pathname, readFileSync(url, 'utf8'));
  if (errors.length > 0) throw new Error(`${url.pathname} cannot be parsed: ${errors[0]?.message}`);
  return program.body as unknown as readonly Node[];
}
