/**
 * Which functions reach a cell operation, and what each call in them is.
 *
 * A function steps if it calls an operation, a function that steps, or something that may be one: a parameter that some
 * caller gives such a function, a property whose name some such function has, a value whose origin cannot be followed.
 * The conclusion errs on the side of stepping, which costs speed and never executions: a call of something that turns out
 * not to step just gives its value.
 */
import type { AnyNode, CallExpression, Expression, Identifier } from 'acorn';
import type { Call, Code, Facts } from './functions.ts';
import { factsOf } from './functions.ts';
import { atomics } from './operations.ts';
import type { Binding } from './scopes.ts';
import type { SourceModule } from './sources.ts';
import { isFunction, memberName } from './tree.ts';

/** What the callee of a call is, as far as the sources say. */
export type Callee =
  | { readonly kind: 'operation'; readonly code: number }
  | { readonly kind: 'local'; readonly name: string }
  | { readonly kind: 'code'; readonly code: Code }
  /** A global or another package: it calls no operation, and cannot call a function that steps. */
  | { readonly kind: 'foreign' }
  | { readonly kind: 'unknown' };

/** How a call is written in the transformed code. */
export type CallMode = 'operation' | 'local' | 'steps' | 'may step' | 'plain';

export class Analysis {
  readonly modules: readonly SourceModule[];
  readonly facts: Facts;
  readonly #callees: Map<CallExpression, Callee> = new Map();
  readonly #codes: Map<Binding, Code | undefined> = new Map();
  readonly #stepping: Map<string, Set<SourceModule>> = new Map();
  readonly #reach: Map<SourceModule, ReadonlySet<SourceModule>> = new Map();
  readonly #asking: Set<AnyNode> = new Set();

  constructor(modules: readonly SourceModule[]) {
    this.modules = modules;
    this.facts = factsOf(modules);
    for (const { node, module } of this.facts.escapes) {
      const code = this.codeOf(node as Expression, module);
      if (code !== undefined) code.escapes = true;
    }
    while (this.#pass());
  }

  calleeOf(call: Call): Callee {
    const known = this.#callees.get(call.node);
    if (known !== undefined) return known;
    const found = this.#resolve(call.node.callee as Expression, call.within.module);
    this.#callees.set(call.node, found);
    return found;
  }

  modeOf(call: Call): CallMode {
    const callee = this.calleeOf(call);
    switch (callee.kind) {
      case 'operation':
      case 'local':
        return callee.kind;
      case 'foreign':
        return 'plain';
      case 'code':
        return callee.code.steps && !isSuspended(callee.code) ? 'steps' : 'plain';
      case 'unknown':
        return this.#maySteps(call.node.callee as Expression, call.within.module) ? 'may step' : 'plain';
    }
  }

  /** The operation or facade function that an expression names, called or not. */
  facadeOf(node: AnyNode, module: SourceModule): Callee | undefined {
    const callee = this.#resolve(node as Expression, module);
    return callee.kind === 'operation' || callee.kind === 'local' ? callee : undefined;
  }

  /** Whether a value may be a function that steps. */
  mayStep(value: Expression, module: SourceModule): boolean {
    return this.#maySteps(value, module);
  }

  bindingOf(use: Identifier, module: SourceModule): Binding | undefined {
    return this.facts.scopes.get(module)?.of(use);
  }

  /** The function that an expression certainly is. */
  codeOf(node: Expression, module: SourceModule): Code | undefined {
    if (isFunction(node)) return this.facts.byNode.get(node);
    if (node.type !== 'Identifier') return undefined;
    const binding = this.bindingOf(node, module);
    return binding === undefined ? undefined : this.#codeOfBinding(binding, module);
  }

  #codeOfBinding(binding: Binding, module: SourceModule): Code | undefined {
    if (this.#codes.has(binding)) return this.#codes.get(binding);
    const found = this.#followed(binding, module);
    this.#codes.set(binding, found);
    return found;
  }

  #followed(binding: Binding, module: SourceModule): Code | undefined {
    if (binding.kind === 'function') return this.facts.byNode.get(binding.node);
    if (binding.kind === 'constant') return this.codeOf(binding.value, module);
    if (binding.kind !== 'import' || binding.imported === '*') return undefined;
    const target = module.targets.get(binding.specifier);
    return target?.kind === 'source' ? this.#exportOf(target.module, binding.imported) : undefined;
  }

  #exportOf(module: SourceModule, name: string): Code | undefined {
    for (const node of module.tree.body) {
      if (node.type === 'ExportAllDeclaration' && node.source) {
        const target = module.targets.get(String(node.source.value));
        const found = target?.kind === 'source' ? this.#exportOf(target.module, name) : undefined;
        if (found !== undefined) return found;
      }
      if (node.type !== 'ExportNamedDeclaration') continue;
      for (const one of node.specifiers) {
        if (one.exported.type !== 'Identifier' || one.exported.name !== name || one.local.type !== 'Identifier')
          continue;
        if (!node.source) return this.#topCode(module, one.local.name);
        const target = module.targets.get(String(node.source.value));
        return target?.kind === 'source' ? this.#exportOf(target.module, one.local.name) : undefined;
      }
    }
    return this.#topCode(module, name);
  }

  #topCode(module: SourceModule, name: string): Code | undefined {
    const binding = this.facts.scopes.get(module)?.top.get(name);
    return binding === undefined ? undefined : this.#codeOfBinding(binding, module);
  }

  #resolve(callee: Expression, module: SourceModule): Callee {
    const code = this.codeOf(callee, module);
    if (code !== undefined) return { kind: 'code', code };
    if (callee.type === 'Identifier') return this.#resolveName(callee, module);
    if (callee.type !== 'MemberExpression') return { kind: 'unknown' };
    const name = memberName(callee);
    if (this.#isBuiltIn(callee.object, module)) return { kind: 'foreign' };
    const root = rootOf(callee);
    if (root === undefined || name === undefined) return { kind: 'unknown' };
    const binding = this.bindingOf(root, module);
    const isDirect = callee.object === root;
    if (binding === undefined) {
      const operation = isDirect && root.name === 'Atomics' ? atomics[name] : undefined;
      if (operation !== undefined) return { kind: 'operation', code: operation };
      return root.name in globalThis ? { kind: 'foreign' } : { kind: 'unknown' };
    }
    if (binding.kind !== 'import') return { kind: 'unknown' };
    const target = module.targets.get(binding.specifier);
    if (target?.kind !== 'source') return { kind: 'foreign' };
    if (!isDirect || binding.imported !== '*') return { kind: 'unknown' };
    return this.#resolveExport(target.module, name);
  }

  /** Whether a value certainly comes from the language itself: a literal, or what a global function or class gives. */
  #isBuiltIn(value: AnyNode, module: SourceModule): boolean {
    if (/^(ArrayExpression|Literal|TemplateLiteral)$/.test(value.type)) return true;
    if (value.type !== 'CallExpression' && value.type !== 'NewExpression') return false;
    const { callee } = value;
    if (callee.type === 'MemberExpression' && callee.object.type === 'CallExpression') {
      return this.#isBuiltIn(callee.object, module);
    }
    const root = rootOf(callee);
    return root !== undefined && root.name in globalThis && this.bindingOf(root, module) === undefined;
  }

  #resolveName(use: Identifier, module: SourceModule): Callee {
    const binding = this.bindingOf(use, module);
    if (binding === undefined) return use.name in globalThis ? { kind: 'foreign' } : { kind: 'unknown' };
    if (binding.kind === 'constant') return this.#resolve(binding.value, module);
    if (binding.kind !== 'import') return { kind: 'unknown' };
    const target = module.targets.get(binding.specifier);
    if (target?.kind !== 'source') return { kind: 'foreign' };
    return this.#resolveExport(target.module, binding.imported);
  }

  #resolveExport(module: SourceModule, name: string): Callee {
    const entry = module.facade?.[name];
    if (entry !== undefined) return entry.kind === 'operation' ? entry : { kind: 'local', name };
    if (module.facade !== undefined) return { kind: 'foreign' };
    for (const node of module.tree.body) {
      // A facade function passed on by another module is still the facade's.
      if (node.type !== 'ExportNamedDeclaration' || !node.source) continue;
      const target = module.targets.get(String(node.source.value));
      const one = node.specifiers.find(({ exported }) => exported.type === 'Identifier' && exported.name === name);
      if (one?.local.type === 'Identifier' && target?.kind === 'source') {
        return this.#resolveExport(target.module, one.local.name);
      }
    }
    const code = this.#exportOf(module, name);
    return code === undefined ? { kind: 'unknown' } : { kind: 'code', code };
  }

  // ---- the fix point ----

  #pass(): boolean {
    let isChanged = false;
    for (const code of this.facts.codes) {
      for (const call of code.calls) isChanged = this.#give(call) || isChanged;
      if (code.steps) continue;
      code.steps = code.calls.some((call) => !['plain', 'local'].includes(this.modeOf(call)));
      isChanged ||= code.steps;
    }
    for (const { name, value, module } of this.facts.properties) {
      const where = this.#stepping.get(name) ?? new Set();
      if (where.has(module) || !this.#maySteps(value as Expression, module)) continue;
      this.#stepping.set(name, where.add(module));
      isChanged = true;
    }
    return isChanged;
  }

  /** Notes which parameters of a known function are given functions that step. */
  #give({ node, within }: Call): boolean {
    const code = this.codeOf(node.callee as Expression, within.module);
    if (code === undefined) return false;
    let isChanged = false;
    node.arguments.forEach((argument, index) => {
      if (code.givenSteps[index] === true || argument.type === 'SpreadElement') return;
      if (!this.#maySteps(argument, within.module)) return;
      code.givenSteps[index] = true;
      isChanged = true;
    });
    return isChanged;
  }

  #maySteps(value: Expression, module: SourceModule): boolean {
    if (this.#asking.has(value)) return false;
    this.#asking.add(value);
    try {
      return this.#judge(value, module);
    } finally {
      this.#asking.delete(value);
    }
  }

  #judge(value: Expression, module: SourceModule): boolean {
    const code = this.codeOf(value, module);
    if (code !== undefined) return code.steps && !isSuspended(code);
    switch (value.type) {
      case 'Identifier':
        return this.#judgeName(value, module);
      case 'MemberExpression': {
        const name = memberName(value);
        const root = rootOf(value);
        if (name === 'call' || name === 'apply') return this.#maySteps(value.object as Expression, module);
        if (root !== undefined && this.#resolve(value, module).kind === 'foreign') return false;
        return name === undefined || this.#isSteppingProperty(name, module);
      }
      case 'ConditionalExpression':
        return this.#maySteps(value.consequent, module) || this.#maySteps(value.alternate, module);
      case 'LogicalExpression':
        return this.#maySteps(value.left, module) || this.#maySteps(value.right, module);
      case 'AssignmentExpression':
        return this.#maySteps(value.right, module);
      case 'ChainExpression':
        return this.#maySteps(value.expression, module);
      case 'SequenceExpression':
        return value.expressions.some((one) => this.#maySteps(one, module));
      case 'CallExpression':
        return this.#judgeResult(value, module);
      default:
        return false;
    }
  }

  #judgeName(use: Identifier, module: SourceModule): boolean {
    const binding = this.bindingOf(use, module);
    switch (binding?.kind) {
      case undefined:
        return !(use.name in globalThis);
      case 'parameter': {
        const code = this.facts.byNode.get(binding.of);
        return code === undefined || code.escapes || code.givenSteps[binding.index] === true;
      }
      case 'constant':
        return this.#maySteps(binding.value, module);
      case 'property':
        return this.#isSteppingProperty(binding.property, module);
      case 'variable':
        return true;
      default:
        return false;
    }
  }

  /** Whether what a call gives may be a function that steps. */
  #judgeResult(call: CallExpression, module: SourceModule): boolean {
    const callee = call.callee as Expression;
    const code = this.codeOf(callee, module);
    if (code !== undefined) return code.returns.some((one) => this.#maySteps(one, code.module));
    if (callee.type === 'MemberExpression' && memberName(callee) === 'bind') {
      return this.#maySteps(callee.object as Expression, module);
    }
    return this.#resolve(callee, module).kind === 'unknown';
  }

  /**
   * Names that built-in objects have too (`push`, `get`) count only where the module that defines the property can be
   * reached by imports, in either direction; otherwise one such method would make every array a suspect.
   */
  #isSteppingProperty(name: string, module: SourceModule): boolean {
    const where = this.#stepping.get(name);
    if (where === undefined) return false;
    if (!builtInNames.has(name)) return true;
    for (const one of where) if (this.#reached(module).has(one)) return true;
    return false;
  }

  #reached(module: SourceModule): ReadonlySet<SourceModule> {
    const known = this.#reach.get(module);
    if (known !== undefined) return known;
    const reached = new Set<SourceModule>([module]);
    for (const one of reached) {
      for (const target of one.targets.values()) if (target.kind === 'source') reached.add(target.module);
    }
    this.#reach.set(module, reached);
    return reached;
  }
}

/** Async functions and users' generators have another life: they are never called with `yield*`. */
export function isSuspended(code: Code): boolean {
  return code.node !== undefined && (code.node.async || code.node.generator);
}

/** The variable that a member expression starts from. */
export function rootOf(node: AnyNode): Identifier | undefined {
  if (node.type === 'Identifier') return node;
  return node.type === 'MemberExpression' ? rootOf(node.object) : undefined;
}

const builtInNames: ReadonlySet<string> = new Set(
  [
    Array,
    Map,
    Set,
    WeakMap,
    String,
    Promise,
    Uint8Array,
    Number,
    Date,
    RegExp,
    Object.getPrototypeOf(Int8Array),
  ].flatMap((one: { prototype: object }) => Object.getOwnPropertyNames(one.prototype)),
);
