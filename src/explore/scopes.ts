/** Which declaration each variable of a module means. */
import type { AnyNode, Expression, FunctionDeclaration, Identifier, Pattern, Program } from 'acorn';
import type { FunctionNode } from './tree.ts';
import { codeOf, isFunction, keyName } from './tree.ts';

export type Binding = { readonly name: string; readonly within: FunctionNode | undefined } & (
  | { readonly kind: 'import'; readonly specifier: string; readonly imported: string }
  | { readonly kind: 'function'; readonly node: FunctionDeclaration | FunctionNode }
  | { readonly kind: 'class' }
  /** A plain parameter, by position. */
  | { readonly kind: 'parameter'; readonly of: FunctionNode; readonly index: number }
  /** A `const` with its value. */
  | { readonly kind: 'constant'; readonly value: Expression }
  /** Taken out of an object: the name of the property it came from. */
  | { readonly kind: 'property'; readonly property: string }
  | { readonly kind: 'variable' }
);

export interface Scopes {
  /** Undefined for names that are not declared in the module. */
  readonly of: (use: Identifier) => Binding | undefined;
  readonly top: ReadonlyMap<string, Binding>;
}

interface Scope {
  readonly names: Map<string, Binding>;
  readonly parent: Scope | undefined;
  readonly within: FunctionNode | undefined;
}

/** By tree, which is kept between explorations. */
const known = new WeakMap<Program, Scopes>();

export function scopesOf(tree: Program): Scopes {
  const found = known.get(tree) ?? scopesIn(tree);
  known.set(tree, found);
  return found;
}

function scopesIn(tree: Program): Scopes {
  const uses = new Map<Identifier, Binding>();
  const top: Scope = { names: new Map(), parent: undefined, within: undefined };
  declareImports(tree, top);
  declareAll(tree.body, top);
  for (const statement of tree.body) visit(statement, top, uses);
  return { of: (use) => uses.get(use), top: top.names };
}

function visit(node: AnyNode, scope: Scope, uses: Map<Identifier, Binding>): void {
  if (node.type === 'Identifier') {
    const found = lookUp(node.name, scope);
    if (found !== undefined) uses.set(node, found);
    return;
  }
  const inner = openScope(node, scope);
  for (const child of codeOf(node)) visit(child, inner, uses);
}

function openScope(node: AnyNode, parent: Scope): Scope {
  if (isFunction(node)) return openFunction(node, parent);
  const inner: Scope = { names: new Map(), parent, within: parent.within };
  switch (node.type) {
    case 'BlockStatement':
    case 'StaticBlock':
      declareAll(node.body, inner);
      return inner;
    case 'SwitchStatement':
      for (const one of node.cases) declareAll(one.consequent, inner);
      return inner;
    case 'ForStatement':
      if (node.init) declareAll([node.init], inner);
      return inner;
    case 'ForOfStatement':
    case 'ForInStatement':
      if (node.left.type === 'VariableDeclaration') declareAll([node.left], inner);
      return inner;
    case 'CatchClause':
      if (node.param) declarePattern(node.param, inner);
      return inner;
    case 'ClassExpression':
      if (node.id) inner.names.set(node.id.name, { kind: 'class', name: node.id.name, within: inner.within });
      return inner;
    default:
      return parent;
  }
}

function openFunction(node: FunctionNode, parent: Scope): Scope {
  const inner: Scope = { names: new Map(), parent, within: node };
  if (node.type === 'FunctionExpression' && node.id) {
    inner.names.set(node.id.name, { kind: 'function', name: node.id.name, node, within: node });
  }
  node.params.forEach((parameter, index) => {
    const target = parameter.type === 'AssignmentPattern' ? parameter.left : parameter;
    if (target.type === 'Identifier') {
      inner.names.set(target.name, { kind: 'parameter', name: target.name, of: node, index, within: node });
    } else declarePattern(parameter, inner);
  });
  return inner;
}

function declareImports(tree: Program, scope: Scope): void {
  for (const node of tree.body) {
    if (node.type !== 'ImportDeclaration') continue;
    for (const one of node.specifiers) {
      const { name } = one.local;
      let imported = 'default';
      if (one.type === 'ImportNamespaceSpecifier') imported = '*';
      else if (one.type === 'ImportSpecifier') {
        imported = one.imported.type === 'Identifier' ? one.imported.name : String(one.imported.value);
      }
      scope.names.set(name, {
        kind: 'import',
        name,
        specifier: String(node.source.value),
        imported,
        within: undefined,
      });
    }
  }
}

function declareAll(nodes: readonly AnyNode[], scope: Scope): void {
  const { within } = scope;
  for (const given of nodes) {
    const isExport = given.type === 'ExportNamedDeclaration' || given.type === 'ExportDefaultDeclaration';
    const node = isExport ? given.declaration : given;
    if (!node) continue;
    if (node.type === 'FunctionDeclaration' && node.id) {
      const { name } = node.id;
      scope.names.set(name, { kind: 'function', name, node: node as FunctionDeclaration, within });
    } else if (node.type === 'ClassDeclaration' && node.id) {
      scope.names.set(node.id.name, { kind: 'class', name: node.id.name, within });
    } else if (node.type === 'VariableDeclaration') {
      for (const { id, init } of node.declarations) {
        if (node.kind === 'const' && id.type === 'Identifier' && init) {
          scope.names.set(id.name, { kind: 'constant', name: id.name, value: init, within });
        } else declarePattern(id, scope);
      }
    }
  }
}

function declarePattern(pattern: Pattern, scope: Scope, property?: string): void {
  const { within } = scope;
  switch (pattern.type) {
    case 'Identifier': {
      const { name } = pattern;
      scope.names.set(
        name,
        property === undefined ? { kind: 'variable', name, within } : { kind: 'property', name, property, within },
      );
      return;
    }
    case 'ObjectPattern':
      for (const one of pattern.properties) {
        if (one.type === 'RestElement') declarePattern(one.argument, scope);
        else declarePattern(one.value, scope, keyName(one));
      }
      return;
    case 'ArrayPattern':
      for (const one of pattern.elements) if (one) declarePattern(one, scope);
      return;
    case 'AssignmentPattern':
      declarePattern(pattern.left, scope, property);
      return;
    case 'RestElement':
      declarePattern(pattern.argument, scope);
      return;
    default:
      return;
  }
}

function lookUp(name: string, scope: Scope): Binding | undefined {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
    const found = at.names.get(name);
    if (found !== undefined) return found;
  }
  return undefined;
}
