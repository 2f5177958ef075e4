/** Walking syntax trees: the children of a node, and names of keys. */
import type { AnyNode, ArrowFunctionExpression, FunctionDeclaration, FunctionExpression } from 'acorn';

export type FunctionNode = FunctionDeclaration | FunctionExpression | ArrowFunctionExpression;

export function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';
}

export function isFunction(node: AnyNode): node is FunctionNode {
  const { type } = node;
  return type === 'ArrowFunctionExpression' || type === 'FunctionDeclaration' || type === 'FunctionExpression';
}

/** All direct children, in source order of their fields. */
export function childrenOf(node: AnyNode): readonly AnyNode[] {
  const found: AnyNode[] = [];
  for (const value of Object.values(node)) {
    if (Array.isArray(value)) {
      for (const one of value) if (isNode(one)) found.push(one);
    } else if (isNode(value)) found.push(value);
  }
  return found;
}

/** Kept at the node: trees are kept between explorations, and each is walked many times in one. */
const code: unique symbol = Symbol('code');
type Walked = AnyNode & { [code]?: readonly AnyNode[] };

/**
 * Children that are code: without names of properties, labels and what imports and exports name. An identifier met on a
 * walk along these is a variable.
 */
export function codeOf(node: AnyNode): readonly AnyNode[] {
  const walked: Walked = node;
  walked[code] ??= codeIn(node);
  return walked[code];
}

function codeIn(node: AnyNode): readonly AnyNode[] {
  switch (node.type) {
    case 'MemberExpression':
      return node.computed ? [node.object, node.property] : [node.object];
    case 'Property':
    case 'MethodDefinition':
    case 'PropertyDefinition': {
      const value = node.value ? [node.value] : [];
      return node.computed ? [node.key, ...value] : value;
    }
    case 'LabeledStatement':
      return [node.body];
    case 'BreakStatement':
    case 'ContinueStatement':
    case 'MetaProperty':
    case 'ImportDeclaration':
    case 'ExportAllDeclaration':
      return [];
    case 'ExportNamedDeclaration':
      return node.declaration ? [node.declaration] : [];
    default:
      return childrenOf(node);
  }
}

/** The name of a property, `#name` for private ones, or undefined if it is computed. */
export function keyName(node: { readonly computed?: boolean; readonly key: AnyNode }): string | undefined {
  const { key } = node;
  if (key.type === 'PrivateIdentifier') return `#${key.name}`;
  if (node.computed) return undefined;
  if (key.type === 'Identifier') return key.name;
  return key.type === 'Literal' ? String(key.value) : undefined;
}

/** The property that a member expression names, or undefined if it is computed. */
export function memberName(node: { readonly computed: boolean; readonly property: AnyNode }): string | undefined {
  return keyName({ computed: node.computed, key: node.property });
}

export function lineOf(node: AnyNode): number {
  return node.loc?.start.line ?? 0;
}

/** Whether `?.` stands in what leads to a member or call: then it may not be evaluated, and must stay in its chain. */
export function isBehindOptional(node: AnyNode): boolean {
  if (node.type === 'MemberExpression') return node.optional || isBehindOptional(node.object);
  if (node.type === 'CallExpression') return node.optional || isBehindOptional(node.callee);
  return false;
}
