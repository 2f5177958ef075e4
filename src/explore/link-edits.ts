/** Imports and exports of a module as plain code: what it imports is taken from `__deps`, what it exports put into `__ns`. */
import type { AnyNode, ExportDefaultDeclaration, ExportNamedDeclaration, Identifier, ImportDeclaration } from 'acorn';
import type MagicString from 'magic-string';
import type { Analysis } from './analyse.ts';
import { scopesOf } from './scopes.ts';
import type { SourceModule } from './sources.ts';
import { codeOf } from './tree.ts';

/** The whole module becomes one function expression, which linker.ts evaluates. */
export function linkEdits(
  text: MagicString,
  module: SourceModule,
  analysis: Analysis,
  variables: readonly string[],
): void {
  const scopes = analysis.facts.scopes.get(module) ?? scopesOf(module.tree);
  const isLate = (specifier: string): boolean => {
    const target = module.targets.get(specifier);
    if (target?.kind !== 'source') return false;
    // In a cycle, or changed later: then it is looked up at each use.
    return analysis.modules.indexOf(target.module) >= analysis.modules.indexOf(module);
  };
  const head: string[] = [];
  const exported: [string, string][] = [];
  for (const node of module.tree.body) {
    if (node.type === 'ImportDeclaration') {
      if (!isLate(String(node.source.value))) head.push(importOf(node));
      text.overwrite(node.start, node.end, blank(module.code.slice(node.start, node.end)));
    } else if (node.type === 'ExportAllDeclaration') {
      head.push(`__fl.exportAll(__ns, ${depOf(String(node.source.value))});`);
      text.overwrite(node.start, node.end, blank(module.code.slice(node.start, node.end)));
    } else if (node.type === 'ExportNamedDeclaration') exportNamed(text, module, node, exported);
    else if (node.type === 'ExportDefaultDeclaration') exportDefault(text, node, exported);
  }
  for (const node of module.tree.body) {
    renameLate(text, node, undefined, (use) => {
      const binding = scopes.of(use);
      if (binding?.kind !== 'import' || !isLate(binding.specifier)) return undefined;
      const dep = depOf(binding.specifier);
      return binding.imported === '*' ? dep : `${dep}[${JSON.stringify(binding.imported)}]`;
    });
  }
  const getters = exported.map(([name, value]) => `${JSON.stringify(name)}: () => ${value}`).join(', ');
  text.prepend(
    `(function (__fl, __op, __get, __put, __G, __ns, __deps, SharedArrayBuffer, __b) { "use strict"; let ${['__t', '__a', '__k', ...variables].join(', ')}; __fl.exports(__ns, { ${getters} }); ${head.join(' ')} `,
  );
  text.append('\n})');
}

function depOf(specifier: string): string {
  return `__deps[${JSON.stringify(specifier)}]`;
}

function importOf(node: ImportDeclaration): string {
  const dep = depOf(String(node.source.value));
  const taken: string[] = [];
  const lines: string[] = [];
  for (const one of node.specifiers) {
    if (one.type === 'ImportNamespaceSpecifier') lines.push(`const ${one.local.name} = ${dep};`);
    else if (one.type === 'ImportDefaultSpecifier') taken.push(`default: ${one.local.name}`);
    else taken.push(`${nameOf(one.imported)}: ${one.local.name}`);
  }
  if (taken.length > 0) lines.push(`const { ${taken.join(', ')} } = ${dep};`);
  return lines.join(' ');
}

function exportNamed(
  text: MagicString,
  module: SourceModule,
  node: ExportNamedDeclaration,
  exported: [string, string][],
): void {
  if (node.declaration) {
    text.overwrite(node.start, node.declaration.start, blank(module.code.slice(node.start, node.declaration.start)));
    for (const name of declaredNames(node.declaration)) exported.push([name, name]);
    return;
  }
  for (const one of node.specifiers) {
    const local = nameOf(one.local);
    const value = node.source ? `${depOf(String(node.source.value))}[${JSON.stringify(local)}]` : local;
    exported.push([nameOf(one.exported), value]);
  }
  text.overwrite(node.start, node.end, blank(module.code.slice(node.start, node.end)));
}

function exportDefault(text: MagicString, node: ExportDefaultDeclaration, exported: [string, string][]): void {
  const { declaration } = node;
  if ((declaration.type === 'FunctionDeclaration' || declaration.type === 'ClassDeclaration') && declaration.id) {
    text.overwrite(node.start, declaration.start, ' ');
    exported.push(['default', declaration.id.name]);
    return;
  }
  text.overwrite(node.start, declaration.start, 'const __default = ');
  exported.push(['default', '__default']);
}

function declaredNames(node: AnyNode): readonly string[] {
  if (node.type === 'VariableDeclaration') {
    return node.declarations.flatMap(({ id }) => (id.type === 'Identifier' ? [id.name] : []));
  }
  return 'id' in node && node.id ? [(node.id as Identifier).name] : [];
}

function renameLate(
  text: MagicString,
  node: AnyNode,
  parent: AnyNode | undefined,
  rename: (use: Identifier) => string | undefined,
): void {
  if (node.type === 'Identifier') {
    const name = rename(node);
    if (name === undefined) return;
    const isShorthand = parent?.type === 'Property' && parent.shorthand;
    text.update(node.start, node.end, isShorthand ? `${node.name}: ${name}` : name);
    return;
  }
  for (const child of codeOf(node)) renameLate(text, child, node, rename);
}

function nameOf(node: AnyNode): string {
  return node.type === 'Identifier' ? node.name : JSON.stringify((node as { value?: unknown }).value);
}

/** Only its line breaks. */
function blank(text: string): string {
  return text.replace(/[^\n]/g, '') || ' ';
}
