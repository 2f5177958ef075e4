/**
 * Closures that step, made cheap. A generator function that is made anew each time costs the engine a hidden class of its
 * own at its first call, and such classes keep the garbage of whole executions alive; a scenario that makes a closure per
 * execution would run at a fifth of its speed.
 *
 * So a closure becomes a plain function around one generator function, which is made once and given what the closure
 * captures as further parameters of the same names: `(a) => f(x, a)` becomes
 * `(a1) => (__h0 ??= function* (x, a) { return (yield* f(x, a)); })(x, a1)`.
 * That is right only where what is captured is never assigned again, and stands before the closure. Other closures stay
 * generator functions.
 */
import type { AnyNode, Program } from 'acorn';
import type { Analysis } from './analyse.ts';
import type { Code } from './functions.ts';
import type { Binding, Scopes } from './scopes.ts';
import { scopesOf } from './scopes.ts';
import type { SourceModule } from './sources.ts';
import type { FunctionNode } from './tree.ts';
import { codeOf, isFunction } from './tree.ts';

/** What a closure captures, by name; undefined if it must stay a generator function. */
export type Captured = readonly string[] | undefined;

export class Closures {
  readonly #analysis: Analysis;
  readonly #module: SourceModule;
  readonly #variables: Variables;

  constructor(analysis: Analysis, module: SourceModule) {
    this.#analysis = analysis;
    this.#module = module;
    this.#variables = variablesOf(module.tree);
  }

  /** `ancestors` are the nodes around the function, outermost first. */
  capturedBy(code: Code, ancestors: readonly AnyNode[]): Captured {
    const { node } = code;
    if (node === undefined || !ancestors.some((one) => isFunction(one) || one.type === 'PropertyDefinition')) {
      return undefined;
    }
    if (node.type === 'FunctionExpression' && node.id) return undefined;
    const found = new Map<string, Binding>();
    if (!this.#capture(node, node, found, isInLocalClass(ancestors))) return undefined;
    return [...found.keys()];
  }

  /** False if something in the function forbids it. */
  #capture(node: AnyNode, outer: FunctionNode, found: Map<string, Binding>, isLocalClass: boolean): boolean {
    if (node.type === 'Super' || node.type === 'MetaProperty') return false;
    if (node.type === 'MemberExpression' && node.property.type === 'PrivateIdentifier' && isLocalClass) return false;
    if (node.type === 'Identifier') {
      if (node.name === 'arguments') return false;
      const binding = this.#analysis.bindingOf(node, this.#module);
      if (binding === undefined || !this.#isOutside(binding, outer)) return true;
      if (!this.#isSettled(binding, outer)) return false;
      found.set(node.name, binding);
      return true;
    }
    return codeOf(node).every((child) => this.#capture(child, outer, found, isLocalClass));
  }

  /** Declared around the function, but not at the top of the module. */
  #isOutside(binding: Binding, outer: FunctionNode): boolean {
    const { within } = binding;
    if (within === undefined) {
      return (
        binding.kind !== 'import' && this.#analysis.facts.scopes.get(this.#module)?.top.get(binding.name) !== binding
      );
    }
    return within.start < outer.start && within.end >= outer.end;
  }

  /** Whether it has its one value whenever the function can be called. */
  #isSettled(binding: Binding, outer: FunctionNode): boolean {
    if (this.#variables.assigned.has(binding)) return false;
    if (binding.kind === 'parameter' || binding.kind === 'function') return true;
    const declared = this.#variables.declared.get(binding);
    return declared !== undefined && declared <= outer.start;
  }
}

/** A class inside a function has new private names each time. */
function isInLocalClass(ancestors: readonly AnyNode[]): boolean {
  const at = ancestors.findIndex((one) => one.type === 'ClassBody');
  return at >= 0 && ancestors.slice(0, at).some(isFunction);
}

/** What becomes of the variables of a module. */
interface Variables {
  readonly assigned: Set<Binding>;
  /** Where a binding is declared: the end of its declaration. */
  readonly declared: Map<Binding, number>;
}

/** By tree, which is kept between explorations, as its scopes are. */
const known: WeakMap<Program, Variables> = new WeakMap();

function variablesOf(tree: Program): Variables {
  const found = known.get(tree) ?? new Collector(scopesOf(tree), tree);
  known.set(tree, found);
  return found;
}

class Collector implements Variables {
  readonly assigned: Set<Binding> = new Set();
  readonly declared: Map<Binding, number> = new Map();
  readonly #scopes: Scopes;

  constructor(scopes: Scopes, tree: Program) {
    this.#scopes = scopes;
    this.#collect(tree);
  }

  #collect(node: AnyNode): void {
    if (node.type === 'AssignmentExpression') this.#targets(node.left, (one) => this.assigned.add(one));
    if (node.type === 'UpdateExpression') this.#targets(node.argument, (one) => this.assigned.add(one));
    if (node.type === 'VariableDeclarator') this.#targets(node.id, (one) => this.declared.set(one, node.end));
    if (node.type === 'ForOfStatement' || node.type === 'ForInStatement') this.#collectLoop(node.left);
    if (isFunction(node)) {
      for (const one of node.params) this.#targets(one, (binding) => this.declared.set(binding, node.body.start));
    }
    if (node.type === 'ClassDeclaration' && node.id) this.#targets(node.id, (one) => this.declared.set(one, node.end));
    for (const child of codeOf(node)) this.#collect(child);
  }

  #collectLoop(left: AnyNode): void {
    if (left.type === 'VariableDeclaration') {
      for (const { id } of left.declarations) this.#targets(id, (one) => this.declared.set(one, left.end));
    } else this.#targets(left, (one) => this.assigned.add(one));
  }

  /** The variables that a pattern sets. */
  #targets(pattern: AnyNode, note: (binding: Binding) => unknown): void {
    if (pattern.type === 'Identifier') {
      const binding = this.#scopes.of(pattern);
      if (binding !== undefined) note(binding);
    } else if (pattern.type === 'AssignmentPattern') this.#targets(pattern.left, note);
    else if (/^(ObjectPattern|ArrayPattern|RestElement|Property)$/.test(pattern.type)) {
      for (const child of codeOf(pattern)) this.#targets(child, note);
    }
  }
}
