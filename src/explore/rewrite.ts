/**
 * The transform: functions that step become generators, operations become yields of the runtime's record, and plain
 * accesses of elements go through the runtime. Every edit stays on its line, so stack traces name true lines.
 *
 * Edits are made from the leaves up: what is put before and after a node then encloses what its parts became.
 */
import type {
  AnyNode,
  ArrowFunctionExpression,
  AssignmentExpression,
  CallExpression,
  MemberExpression,
  UpdateExpression,
} from 'acorn';
import MagicString from 'magic-string';
import type { Analysis } from './analyse.ts';
import { isSuspended } from './analyse.ts';
import type { Branch } from './branches.ts';
import { markBranches } from './branches.ts';
import { Closures } from './closures.ts';
import type { Call, Code } from './functions.ts';
import { isGhostWrite, targetText } from './ghosts.ts';
import { linkEdits } from './link-edits.ts';
import type { Site } from './operations.ts';
import { EVERYBODY, LOAD, NEXT_STAMP, NOTIFY, WAIT, WAIT_ASYNC } from './operations.ts';
import type { SourceModule } from './sources.ts';
import { shownPath } from './sources.ts';
import { editSpread } from './spread.ts';
import type { FunctionNode } from './tree.ts';
import { childrenOf, codeOf, isBehindOptional, isFunction, lineOf, memberName } from './tree.ts';

/** The code of sites that are no operations but plain accesses. */
export const PLAIN = 255;

/**
 * Rewrites all modules; `sites` receives every operation and plain access, `branches`, if given, every arm of a condition.
 * Answers each module's code.
 */
export function rewrite(
  analysis: Analysis,
  sites: Site[],
  branches: Branch[] | undefined,
): ReadonlyMap<SourceModule, string> {
  return new Map(analysis.modules.map((module) => [module, new Rewriter(analysis, module, sites, branches).run()]));
}

const bulkMethods: ReadonlySet<string> = new Set(['set', 'fill', 'copyWithin']);

class Rewriter {
  readonly #analysis: Analysis;
  readonly #module: SourceModule;
  readonly #sites: Site[];
  readonly #branches: Branch[] | undefined;
  readonly #text: MagicString;
  readonly #calls: Map<CallExpression, Call> = new Map();
  readonly #closures: Closures;
  /** The nodes around the one being edited. */
  readonly #around: AnyNode[] = [];
  /** Variables of the module that hold generator functions of closures. */
  readonly #hoisted: string[] = [];

  constructor(analysis: Analysis, module: SourceModule, sites: Site[], branches: Branch[] | undefined) {
    this.#analysis = analysis;
    this.#module = module;
    this.#sites = sites;
    // What stands in for the facade is not run.
    this.#branches = module.facade === undefined ? branches : undefined;
    this.#text = new MagicString(module.code);
    this.#closures = new Closures(analysis, module);
    for (const code of analysis.facts.codes) {
      if (code.module === module) for (const call of code.calls) this.#calls.set(call.node, call);
    }
  }

  run(): string {
    const { tree } = this.#module;
    const top = this.#analysis.facts.byNode.get(tree);
    if (top !== undefined) for (const node of tree.body) this.#edit(node, tree, top);
    linkEdits(this.#text, this.#module, this.#analysis, this.#hoisted);
    return this.#text.toString();
  }

  #edit(node: AnyNode, parent: AnyNode, around: Code): void {
    const code = this.#analysis.facts.byNode.get(node) ?? around;
    this.#around.push(node);
    for (const child of codeOf(node)) this.#edit(child, node, code);
    this.#around.pop();
    if (isFunction(node)) this.#editFunction(node, parent, code);
    else if (node.type === 'CallExpression') this.#editCall(node, code);
    else if (node.type === 'ChainExpression') this.#editChain(node.expression, code);
    else if (node.type === 'AssignmentExpression') this.#editAssignment(node, code);
    else if (node.type === 'UpdateExpression') this.#editUpdate(node, parent, code);
    else if (node.type === 'MemberExpression') this.#editRead(node, parent, code);
    else if (node.type === 'ObjectExpression') editSpread(this.#text, node);
    else if (node.type === 'ExpressionStatement' && steps(code) && isList(parent) && node.directive === undefined) {
      // What began with a name may begin with a parenthesis now, and must not call the line before.
      this.#text.prependRight(node.start, ';');
    }
    if (this.#branches !== undefined && !isSuspended(code)) {
      markBranches(this.#text, node, (at, what) => this.#branch(at, what, code));
    }
  }

  // ---- functions ----

  #editFunction(node: FunctionNode, parent: AnyNode, code: Code): void {
    if (!code.steps) return;
    const captured = isSuspended(code) ? undefined : this.#closures.capturedBy(code, this.#around);
    if (isSuspended(code)) this.#refuse(node, code);
    else if (captured !== undefined) this.#editClosure(node, parent, captured);
    else if (node.type === 'ArrowFunctionExpression') this.#editArrow(node);
    else if (isMethodValue(parent, node)) this.#text.prependRight((parent as { key: AnyNode }).key.start, '*');
    else this.#text.appendLeft(node.start + 'function'.length, '*');
  }

  /** A plain function around a generator function that is made once: see closures.ts. */
  #editClosure(node: FunctionNode, parent: AnyNode, captured: readonly string[]): void {
    const holder = `__h${this.#hoisted.length}`;
    this.#hoisted.push(holder);
    const isRest = node.params.at(-1)?.type === 'RestElement';
    const given = isRest ? '...__p' : node.params.map((_, index) => `__p${index}`).join(', ');
    const made = `(${holder} ??= function* (${captured.map((name) => `${name}, `).join('')}`;
    const all = [...captured, ...(given === '' ? [] : [given])].join(', ');
    const call = mentionsThis(node.body) ? `.call(this${all === '' ? '' : `, ${all}`})` : `(${all})`;
    if (node.type === 'ArrowFunctionExpression') this.#editArrowClosure(node, `((${given}) => ${made}`, `)${call})`);
    else {
      const open = this.#module.code.indexOf('(', node.start);
      const head = `(${given}) { return ${made}`;
      const isMethod = isMethodValue(parent, node);
      const isExpression = !isMethod && node.type === 'FunctionExpression';
      const name = isMethod ? '' : `${isExpression ? '(' : ''}function ${node.id?.name ?? ''}`;
      this.#text.overwrite(node.start, open + 1, `${name}${head}`);
      this.#text.appendLeft(node.end, `)${call}; }${isExpression ? ')' : ''}`);
    }
  }

  #editArrowClosure(node: ArrowFunctionExpression, head: string, tail: string): void {
    const { code } = this.#module;
    const arrow = code.lastIndexOf('=>', node.body.start);
    const [only] = node.params;
    if (code.charAt(node.start) === '(') this.#text.overwrite(node.start, node.start + 1, head);
    else if (only !== undefined) {
      this.#text.prependRight(only.start, head);
      this.#text.appendLeft(only.end, ')');
    }
    this.#text.overwrite(arrow, arrow + 2, node.expression ? '{ return (' : '');
    this.#text.appendLeft(node.end, `${node.expression ? '); }' : ''}${tail}`);
  }

  #editArrow(node: ArrowFunctionExpression): void {
    const text = this.#text;
    const arrow = this.#module.code.lastIndexOf('=>', node.body.start);
    const [only] = node.params;
    if (only !== undefined && this.#module.code.charAt(node.start) !== '(') {
      text.prependRight(only.start, '(');
      text.appendLeft(only.end, ')');
    }
    text.prependRight(node.start, '(function* ');
    text.overwrite(arrow, arrow + 2, node.expression ? '{ return (' : '');
    text.appendLeft(node.end, `${node.expression ? '); }' : ''})${mentionsThis(node.body) ? '.bind(this)' : ''}`);
  }

  #refuse(node: FunctionNode, code: Code): void {
    const what = `${shownPath(this.#module.file)}:${lineOf(node)}: ${code.name} is asynchronous and reaches a cell operation; the explorer does not run it.`;
    // A promise that never settles: the execution ends here, and a rejection would reach nobody.
    const text = `return __fl.refuse(${JSON.stringify(what)});`;
    if (node.expression) this.#text.overwrite(node.body.start, node.body.end, `(() => { ${text} })()`);
    else this.#text.appendRight(node.body.start + 1, ` ${text}`);
  }

  // ---- calls ----

  #editCall(node: CallExpression, code: Code): void {
    const call = this.#calls.get(node);
    if (call === undefined || isSuspended(code)) return;
    const mode = this.#analysis.modeOf(call);
    if (mode === 'operation') this.#editOperation(call, code);
    else if (mode === 'local') this.#editLocal(call);
    else if (isBehindOptional(node)) return;
    else if (mode === 'steps') this.#enclose(node, '(yield* ', ')');
    else if (mode === 'may step') this.#enclose(node, '(__t = ', ', __t instanceof __G ? yield* __t : __t)');
    else this.#editBulk(node, code);
  }

  #editChain(node: AnyNode, code: Code): void {
    if (node.type !== 'CallExpression' || isSuspended(code) || !isBehindOptional(node)) return;
    const call = this.#calls.get(node);
    if (call === undefined || !['steps', 'may step'].includes(this.#analysis.modeOf(call))) return;
    this.#enclose(node, '(__t = ', ', __t instanceof __G ? yield* __t : __t)');
  }

  #editOperation({ node }: Call, code: Code): void {
    const callee = this.#analysis.facadeOf(node.callee as AnyNode, this.#module);
    if (callee?.kind !== 'operation') return;
    const site = this.#site(node, callee.code, code);
    const [first] = node.arguments;
    const rest = missing(callee.code, node.arguments.length);
    if (first === undefined) {
      this.#text.overwrite(node.start, node.end, `(yield __op(${site}))`);
      return;
    }
    const last = node.arguments.at(-1) ?? first;
    this.#text.overwrite(node.start, first.start, `(yield __op(${site}, `);
    this.#text.appendLeft(last.end, rest);
    this.#text.appendLeft(node.end, ')');
  }

  #editLocal({ node }: Call): void {
    const callee = this.#analysis.facadeOf(node.callee as AnyNode, this.#module);
    if (callee?.kind === 'local') this.#text.overwrite(node.callee.start, node.callee.end, `__fl.${callee.name}`);
  }

  #editBulk(node: CallExpression, code: Code): void {
    const { callee } = node;
    if (callee.type !== 'MemberExpression' || callee.optional || node.optional || callee.object.type === 'Super')
      return;
    const name = memberName(callee);
    if (name !== undefined && bulkMethods.has(name) && !callee.computed) {
      const open = this.#module.code.indexOf('(', callee.property.end);
      const dot = this.#module.code.lastIndexOf('.', callee.property.start);
      this.#text.prependRight(node.start, `__fl.bulk(${this.#site(node, PLAIN, code)}, `);
      this.#text.overwrite(dot, open + 1, `, '${name}'${node.arguments.length > 0 ? ', ' : ''}`);
    }
    this.#editGhost(node, code);
  }

  // ---- plain accesses ----

  #editRead(node: MemberExpression, parent: AnyNode, code: Code): void {
    if (!isElement(node) || !isRead(node, parent)) return;
    this.#text.prependRight(node.start, `__get(${this.#site(node, PLAIN, code)}, `);
    this.#bracket(node, ', ', ')');
  }

  #editAssignment(node: AssignmentExpression, code: Code): void {
    const { left, operator } = node;
    const isLogical = operator === '&&=' || operator === '||=' || operator === '??=';
    if (left.type === 'MemberExpression' && isElement(left) && !isLogical) {
      const sign = this.#module.code.indexOf(operator, left.end);
      const site = this.#site(left, PLAIN, code);
      if (operator === '=') {
        this.#text.prependRight(node.start, `__put(${site}, `);
        this.#bracket(left, ', ', ', ');
        this.#text.overwrite(sign, sign + 1, '');
        this.#text.appendLeft(node.end, ')');
      } else {
        this.#text.prependRight(node.start, `__put(${site}, __a = `);
        this.#bracket(left, ', __k = (', '), __a[__k] ');
        this.#text.overwrite(sign, sign + operator.length, `${operator.slice(0, -1)} (`);
        this.#text.appendLeft(node.end, '))');
      }
    }
    this.#editGhost(node, code);
  }

  #editUpdate(node: UpdateExpression, parent: AnyNode, code: Code): void {
    const { argument, operator, prefix } = node;
    const [sign] = operator;
    if (argument.type === 'MemberExpression' && isElement(argument)) {
      const at = prefix ? node.start : this.#module.code.indexOf(operator, argument.end);
      this.#text.overwrite(at, at + 2, '');
      const undo = prefix || parent.type === 'ExpressionStatement' ? '' : ` ${sign === '+' ? '-' : '+'} 1`;
      this.#text.prependRight(argument.start, `(__put(${this.#site(argument, PLAIN, code)}, __a = `);
      this.#bracket(argument, ', __k = (', `), __a[__k] ${sign} 1)${undo})`);
    }
    this.#editGhost(node, code);
  }

  #editGhost(node: AssignmentExpression | UpdateExpression | CallExpression, code: Code): void {
    if (this.#module.isLibrary || !isGhostWrite(node, code, this.#analysis)) return;
    const target = targetText(node, code, this.#analysis);
    this.#enclose(node, `__fl.ghost(${this.#site(node, PLAIN, code)}, `, target === undefined ? ')' : `, ${target})`);
  }

  /** Replaces the brackets of an element access. */
  #bracket(node: MemberExpression, open: string, close: string): void {
    const at = this.#module.code.indexOf('[', node.object.end);
    this.#text.overwrite(at, at + 1, open);
    this.#text.overwrite(node.end - 1, node.end, close);
  }

  #enclose(node: AnyNode, before: string, after: string): void {
    this.#text.prependRight(node.start, before);
    this.#text.appendLeft(node.end, after);
  }

  #branch(node: AnyNode, what: string, within: Code): number {
    const { line = 0, column = 0 } = node.loc?.start ?? {};
    const branch = { file: this.#module.file, line, column: column + 1, what, within: within.name };
    return (this.#branches?.push(branch) ?? 0) - 1;
  }

  #site(node: AnyNode, code: number, within: Code): number {
    const id = this.#sites.length;
    const { line = 0, column = 0 } = node.loc?.start ?? {};
    this.#sites.push({ id, code, file: this.#module.file, line, column: column + 1, within: within.name });
    return id;
  }
}

/** Arguments that an operation's record needs and the call leaves out, so that its fields are always whole numbers. */
function missing(code: number, given: number): string {
  if (code === NEXT_STAMP && given === 1) return ', 0, 0, 0';
  if (code === LOAD && given === 2) return ', 0, 0';
  if (code === NOTIFY && given === 2) return `, ${EVERYBODY}, 0`;
  // A wait that names no time-out has none.
  return given === 3 && code !== WAIT && code !== WAIT_ASYNC ? ', 0' : '';
}

function steps(code: Code): boolean {
  return code.steps && !isSuspended(code);
}

function isList(node: AnyNode): boolean {
  return node.type === 'BlockStatement' || node.type === 'Program' || node.type === 'SwitchCase';
}

function isMethodValue(parent: AnyNode, node: FunctionNode): boolean {
  if (parent.type === 'MethodDefinition') return parent.value === node;
  return parent.type === 'Property' && parent.value === node && parent.method;
}

/** `x[i]` where i may be an index. */
function isElement(node: MemberExpression): boolean {
  const { property, object } = node;
  if (!node.computed || node.optional || object.type === 'Super') return false;
  return !(property.type === 'Literal' && typeof property.value === 'string');
}

function isRead(node: MemberExpression, parent: AnyNode): boolean {
  switch (parent.type) {
    case 'AssignmentExpression':
      return parent.left !== node;
    case 'CallExpression':
    case 'NewExpression':
      return parent.callee !== node;
    case 'TaggedTemplateExpression':
      return parent.tag !== node;
    case 'ForOfStatement':
    case 'ForInStatement':
      return parent.left !== node;
    case 'UnaryExpression':
      return parent.operator !== 'delete';
    case 'AssignmentPattern':
      return parent.left !== node;
    // The targets of destructuring, and the rest of an optional chain, which must stay one expression.
    case 'UpdateExpression':
    case 'ArrayPattern':
    case 'RestElement':
    case 'ChainExpression':
      return false;
    case 'MemberExpression':
      return !(parent.object === node && isBehindOptional(parent));
    case 'Property':
      return !isPatternProperty(parent);
    default:
      return true;
  }
}

/** Properties of patterns have no flag of their own; a member expression as value of one is rare enough to leave alone. */
function isPatternProperty(node: { readonly kind: string; readonly value: AnyNode }): boolean {
  return node.value.type === 'MemberExpression';
}

function mentionsThis(node: AnyNode): boolean {
  if (node.type === 'ThisExpression') return true;
  if (node.type === 'FunctionExpression' || node.type === 'FunctionDeclaration') return false;
  return childrenOf(node).some(mentionsThis);
}
