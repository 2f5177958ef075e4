/**
 * The functions of the loaded sources, what each calls, and where functions travel as values. Facts only; which functions
 * reach a cell is concluded from them in analyse.ts.
 */
import type { AnyNode, CallExpression, Expression, NewExpression } from 'acorn';
import type { Scopes } from './scopes.ts';
import { scopesOf } from './scopes.ts';
import type { SourceModule } from './sources.ts';
import type { FunctionNode } from './tree.ts';
import { codeOf, isFunction, keyName, memberName } from './tree.ts';

export type FunctionKind =
  | 'function'
  | 'arrow'
  | 'method'
  | 'getter'
  | 'setter'
  | 'constructor'
  | 'field initialiser'
  | 'static block'
  | 'module';

export interface Call {
  readonly node: CallExpression;
  readonly within: Code;
  /** Stands in a parameter's default value, where a generator cannot be suspended. */
  readonly isInParameters: boolean;
}

/** A piece of code that runs as one: a function, or what stands where no function is. */
export interface Code {
  readonly module: SourceModule;
  /** Undefined for modules, initialisers and static blocks. */
  readonly node: FunctionNode | undefined;
  readonly place: AnyNode;
  readonly kind: FunctionKind;
  readonly name: string;
  /** Whether its name can be written at a call: false for computed keys. */
  readonly isNamed: boolean;
  readonly calls: Call[];
  readonly news: NewExpression[];
  readonly returns: Expression[];
  /** True once it is used as a value: then nobody knows what it is called with. */
  escapes: boolean;
  /** It reaches a cell operation; concluded in analyse.ts. */
  steps: boolean;
  /** By parameter: it may be given a function that steps. */
  readonly givenSteps: boolean[];
}

/** A function, or anything, that can be had as property `name` of some object. */
export interface PropertyValue {
  readonly name: string;
  readonly value: Expression | FunctionNode;
  readonly module: SourceModule;
}

/** Something used as a value: nobody knows who will call it. */
export interface Escape {
  readonly node: AnyNode;
  readonly module: SourceModule;
}

export interface Facts {
  readonly codes: readonly Code[];
  readonly byNode: ReadonlyMap<AnyNode, Code>;
  readonly properties: readonly PropertyValue[];
  readonly escapes: readonly Escape[];
  readonly scopes: ReadonlyMap<SourceModule, Scopes>;
}

export function factsOf(modules: readonly SourceModule[]): Facts {
  const collector = new Collector();
  for (const module of modules) {
    if (module.facade === undefined) collector.collect(module);
  }
  return collector;
}

class Collector implements Facts {
  readonly codes: Code[] = [];
  readonly byNode: Map<AnyNode, Code> = new Map();
  readonly properties: PropertyValue[] = [];
  readonly scopes: Map<SourceModule, Scopes> = new Map();
  readonly escapes: Escape[] = [];

  collect(module: SourceModule): void {
    this.scopes.set(module, scopesOf(module.tree));
    const top = this.#open(module, undefined, module.tree, 'module', 'the module', true);
    for (const node of module.tree.body) this.#visit(node, top, false);
  }

  #open(
    module: SourceModule,
    node: FunctionNode | undefined,
    place: AnyNode,
    kind: FunctionKind,
    name: string,
    isNamed: boolean,
  ): Code {
    const code: Code = {
      ...{ module, node, place, kind, name, isNamed },
      ...{ calls: [], news: [], returns: [], escapes: kind === 'method', steps: false, givenSteps: [] },
    };
    this.codes.push(code);
    this.byNode.set(node ?? place, code);
    return code;
  }

  #visit(node: AnyNode, code: Code, isInParameters: boolean): void {
    if (isFunction(node)) {
      const kind = node.type === 'ArrowFunctionExpression' ? 'arrow' : 'function';
      this.#function(node, code.module, kind, node.id?.name ?? 'a function', true);
      return;
    }
    if (this.#visitMember(node, code)) return;
    this.#note(node, code, isInParameters);
    for (const child of codeOf(node)) {
      // A callee that is named directly is no use as a value.
      if (node.type === 'CallExpression' && child === node.callee && child.type === 'Identifier') continue;
      if (node.type === 'VariableDeclarator' && child === node.id) continue;
      if (child.type === 'Identifier') this.escapes.push({ node: child, module: code.module });
      this.#visit(child, code, isInParameters);
    }
  }

  /** Methods, accessors and fields, whose kind and name are known from around them. */
  #visitMember(node: AnyNode, code: Code): boolean {
    const { module } = code;
    if (node.type === 'StaticBlock') {
      const block = this.#open(module, undefined, node, 'static block', 'a static block', true);
      for (const child of node.body) this.#visit(child, block, false);
      return true;
    }
    if (node.type === 'PropertyDefinition') {
      if (!node.value) return true;
      const name = keyName(node);
      if (name !== undefined) this.properties.push({ name, value: node.value, module });
      const field = this.#open(module, undefined, node, 'field initialiser', `the field ${name ?? '[computed]'}`, true);
      this.#visit(node.value, field, false);
      return true;
    }
    if (node.type === 'Property' && isFunction(node.value as AnyNode)) {
      const value = node.value as FunctionNode;
      const isMethod = node.method || node.kind !== 'init';
      this.#memberFunction(value, module, isMethod ? methodKind(node.kind) : undefined, keyName(node));
      return true;
    }
    if (node.type === 'MethodDefinition') {
      this.#memberFunction(node.value, module, methodKind(node.kind), keyName(node));
      return true;
    }
    return false;
  }

  #memberFunction(
    node: FunctionNode,
    module: SourceModule,
    kind: FunctionKind | undefined,
    name: string | undefined,
  ): void {
    const own = kind ?? (node.type === 'ArrowFunctionExpression' ? 'arrow' : 'function');
    const code = this.#function(node, module, own, name ?? '[computed]', name !== undefined || kind === undefined);
    code.escapes = true;
    if (name !== undefined && own !== 'constructor') this.properties.push({ name, value: node, module });
  }

  #function(node: FunctionNode, module: SourceModule, kind: FunctionKind, name: string, isNamed: boolean): Code {
    const code = this.#open(module, node, node, kind, name, isNamed);
    for (const parameter of node.params) this.#visit(parameter, code, true);
    if (node.expression) {
      code.returns.push(node.body as Expression);
      if (node.body.type === 'Identifier') this.escapes.push({ node: node.body, module });
    }
    this.#visit(node.body, code, false);
    return code;
  }

  #note(node: AnyNode, code: Code, isInParameters: boolean): void {
    switch (node.type) {
      case 'CallExpression':
        code.calls.push({ node, within: code, isInParameters });
        this.#noteFunctions(node.arguments, code.module);
        return;
      case 'NewExpression':
        code.news.push(node);
        this.#noteFunctions(node.arguments, code.module);
        return;
      case 'ReturnStatement':
        if (node.argument) code.returns.push(node.argument);
        return;
      case 'Property':
      case 'AssignmentExpression':
        this.#noteProperty(node, code.module);
        return;
      default:
        if (node.type !== 'VariableDeclarator') this.#noteFunctions(codeOf(node), code.module);
    }
  }

  #noteFunctions(nodes: readonly AnyNode[], module: SourceModule): void {
    for (const node of nodes) if (isFunction(node)) this.escapes.push({ node, module });
  }

  #noteProperty(node: AnyNode, module: SourceModule): void {
    if (node.type === 'Property') {
      const name = keyName(node);
      if (name !== undefined) this.properties.push({ name, value: node.value as Expression, module });
    } else if (node.type === 'AssignmentExpression' && node.left.type === 'MemberExpression') {
      const name = memberName(node.left);
      if (name !== undefined) this.properties.push({ name, value: node.right, module });
      this.escapes.push({ node: node.right, module });
    }
  }
}

function methodKind(kind: string): FunctionKind {
  if (kind === 'get') return 'getter';
  if (kind === 'set') return 'setter';
  return kind === 'constructor' ? 'constructor' : 'method';
}
