/**
 * The lint of design section 7: the explorer turns functions that reach cells into generators, and a getter, a
 * constructor, a field initialiser or a static block cannot be one. So none of them may reach a cell operation.
 *
 * It follows calls by name through top-level functions and the project's imports. Not covered: calls through values
 * (callbacks, methods of objects); the explorer itself reports a cell operation that runs outside a generator.
 */
import { importsOf } from './imports.ts';
import { type Finding, findingAt, isNode, type Node, type Source, walk } from './source.ts';

/** The one file whose exports are the cell operations themselves. */
const operations = 'src/cells/cell.ts';

interface Facts {
  readonly source: Source;
  /** Local name -> `file#name` of what it means. */
  readonly names: ReadonlyMap<string, string>;
  /** Own top-level function -> names it calls. */
  readonly calls: ReadonlyMap<string, readonly string[]>;
}

/** Getters, constructors and initialisers of `judged` that reach a cell operation; `all` are the files calls may lead to. */
export function hiddenCells(all: readonly Source[], judged: (path: string) => boolean): readonly Finding[] {
  const facts = all.map(factsOf);
  const reaching = reachingCells(facts);
  return facts.filter(({ source }) => judged(source.path)).flatMap((one) => hiddenIn(one, reaching));
}

function hiddenIn({ source, names }: Facts, reaching: ReadonlySet<string>): readonly Finding[] {
  const found: Finding[] = [];
  walk(source.tree, (node) => {
    const place = hiddenPlace(node);
    if (!place) return true;
    for (const name of calledIn(place.body)) {
      const meaning = names.get(name);
      if (meaning && reaching.has(meaning)) {
        found.push(findingAt(source, node, `${place.what} calls ${name}, which reaches a cell.`));
      }
    }
    return true;
  });
  return found;
}

function hiddenPlace(node: Node): { readonly what: string; readonly body: Node } | undefined {
  const value = node.value;
  const kind = String(node.kind);
  if (node.type === 'StaticBlock') return { what: 'A static block', body: node };
  if (node.type === 'PropertyDefinition' && isNode(value)) return { what: 'A field initialiser', body: value };
  if (node.type !== 'MethodDefinition' && node.type !== 'Property') return undefined;
  if (!isNode(value) || !['get', 'set', 'constructor'].includes(kind)) return undefined;
  return { what: kind === 'constructor' ? 'A constructor' : `A ${kind}ter`, body: value };
}

function reachingCells(facts: readonly Facts[]): ReadonlySet<string> {
  const reaching = new Set<string>();
  for (const { source, calls } of facts) {
    if (source.path === operations) for (const name of calls.keys()) reaching.add(`${operations}#${name}`);
  }
  for (let before = -1; before !== reaching.size; ) {
    before = reaching.size;
    for (const { source, names, calls } of facts) {
      for (const [caller, called] of calls) {
        if (called.some((name) => reaching.has(names.get(name) ?? ''))) reaching.add(`${source.path}#${caller}`);
      }
    }
  }
  return reaching;
}

function factsOf(source: Source): Facts {
  const names = new Map<string, string>();
  const calls = new Map<string, readonly string[]>();
  const targets = importsOf(source);
  for (const top of source.tree.body as readonly Node[]) {
    const from = targets.find(({ line, target }) => target && line === findingAt(source, top, '').line)?.target;
    if (top.type === 'ImportDeclaration' && from) {
      for (const specifier of top.specifiers as readonly Node[]) {
        const [imported, local] = [specifier.imported, specifier.local];
        if (isNode(imported) && isNode(local)) names.set(String(local.name), `${from}#${String(imported.name)}`);
      }
      continue;
    }
    const declared = isNode(top.declaration) ? top.declaration : top;
    for (const [name, body] of functionsOf(declared)) {
      names.set(name, `${source.path}#${name}`);
      calls.set(name, calledIn(body));
    }
  }
  return { source, names, calls };
}

function functionsOf(declared: Node): readonly (readonly [string, Node])[] {
  if (declared.type === 'FunctionDeclaration' && isNode(declared.id)) {
    return [[String(declared.id.name), declared]];
  }
  if (declared.type !== 'VariableDeclaration') return [];
  return (declared.declarations as readonly Node[]).flatMap((one) => {
    const [id, init] = [one.id, one.init];
    return isNode(id) && isNode(init) && /Function/.test(init.type) ? [[String(id.name), init] as const] : [];
  });
}

/** Names called as plain functions within a subtree, functions inside it included: they are likely called there too. */
function calledIn(node: Node): readonly string[] {
  const called = new Set<string>();
  walk(node, (inner) => {
    const callee = inner.type === 'CallExpression' ? inner.callee : undefined;
    if (isNode(callee) && callee.type === 'Identifier') called.add(String(callee.name));
    return true;
  });
  return [...called];
}
