/**
 * What the transform cannot follow, as sentences with file and line. None of it is silently left out: a scenario that
 * loads such code does not run.
 */
import type { AnyNode, CallExpression, Expression, NewExpression } from 'acorn';
import type { Analysis } from './analyse.ts';
import { isSuspended } from './analyse.ts';
import type { Call, Code } from './functions.ts';
import type { SourceModule } from './sources.ts';
import { shownPath } from './sources.ts';
import { codeOf, isBehindOptional, isFunction, lineOf, memberName } from './tree.ts';

/** Methods of built-in objects that call what they are given. */
const callers: ReadonlySet<string> = new Set([
  ...['forEach', 'map', 'filter', 'some', 'every', 'find', 'findIndex', 'findLast', 'findLastIndex', 'flatMap'],
  ...['reduce', 'reduceRight', 'sort', 'toSorted', 'from', 'then', 'catch', 'finally', 'replace', 'replaceAll'],
]);

export function lint(analysis: Analysis): readonly string[] {
  const found: string[] = [];
  for (const code of analysis.facts.codes) {
    found.push(...kindOf(analysis, code), ...code.calls.flatMap((call) => callOf(analysis, call)));
    for (const made of code.news) found.push(...givenAway(analysis, made, code.module, 'a constructor'));
  }
  for (const module of analysis.modules) {
    if (module.facade === undefined) visit(analysis, module, module.tree, undefined, found);
  }
  return [...new Set(found)];
}

function kindOf(analysis: Analysis, code: Code): readonly string[] {
  if (!code.steps) return [];
  const way = code.calls.find((call) => !['plain', 'local'].includes(analysis.modeOf(call)))?.node;
  const by = way === undefined ? '' : ` (by the call on line ${lineOf(way)})`;
  const { module, place, name, kind } = code;
  const reason = unsteppable(code);
  return reason === undefined
    ? []
    : [sentence(module, place, `${kind} ${name} reaches a cell operation${by}, and ${reason}.`)];
}

function unsteppable(code: Code): string | undefined {
  switch (code.kind) {
    case 'getter':
    case 'setter':
    case 'constructor':
    case 'field initialiser':
    case 'static block':
      return `a ${code.kind} cannot be suspended there; use a function or a method`;
    case 'module':
      return 'code that runs while a module loads belongs to no agent';
    default:
      if (code.node?.generator) return 'a generator of yours cannot be told from the explorer’s';
      return code.isNamed ? undefined : 'a method with a computed name cannot be found at its calls';
  }
}

function callOf(analysis: Analysis, call: Call): readonly string[] {
  const { node, within, isInParameters } = call;
  const { module } = within;
  const mode = analysis.modeOf(call);
  if (mode === 'plain') {
    const callee = analysis.calleeOf(call);
    const name = node.callee.type === 'MemberExpression' ? memberName(node.callee) : undefined;
    const isCaller =
      callee.kind === 'foreign' || (callee.kind === 'unknown' && name !== undefined && callers.has(name));
    return isCaller ? givenAway(analysis, node, module, name ?? 'foreign code') : [];
  }
  if (mode !== 'local' && isInParameters) {
    return [sentence(module, node, 'A parameter’s default value reaches a cell operation; set it in the body.')];
  }
  if (mode !== 'operation') return [];
  if (!node.arguments.some(({ type }) => type === 'SpreadElement')) return [];
  return [sentence(module, node, 'A cell operation is called with a spread argument.')];
}

/** A function that steps, given to code that would call it plainly and get a generator. */
function givenAway(
  analysis: Analysis,
  node: CallExpression | NewExpression,
  module: SourceModule,
  to: string,
): readonly string[] {
  if (node.type === 'NewExpression' && !isGlobal(analysis, node.callee as Expression, module)) return [];
  return node.arguments.flatMap((argument) => {
    const code = argument.type === 'SpreadElement' ? undefined : analysis.codeOf(argument, module);
    if (code === undefined || !code.steps || isSuspended(code)) return [];
    return [
      sentence(
        module,
        argument,
        `${code.name} reaches a cell operation and is given to ${to}, which cannot suspend it; use a loop.`,
      ),
    ];
  });
}

function isGlobal(analysis: Analysis, callee: Expression, module: SourceModule): boolean {
  return callee.type === 'Identifier' && analysis.bindingOf(callee, module) === undefined;
}

function visit(
  analysis: Analysis,
  module: SourceModule,
  node: AnyNode,
  parent: AnyNode | undefined,
  found: string[],
): void {
  if (node.type === 'VariableDeclaration' && /using/.test(node.kind)) {
    found.push(sentence(module, node, '`using` calls a method that the transform does not see; use try and finally.'));
  }
  const isCallee = parent?.type === 'CallExpression' && parent.callee === node;
  const isValue = node.type === 'Identifier' || (node.type === 'MemberExpression' && node.object.type === 'Identifier');
  if (isValue && !isCallee && parent?.type !== 'VariableDeclarator' && !isFunctionPart(parent, node)) {
    const facade = analysis.facadeOf(node, module);
    if (facade !== undefined) found.push(sentence(module, node, 'A cell operation is used as a value; call it.'));
  }
  if (node.type === 'CallExpression' && parent?.type !== 'ChainExpression' && isBehindOptional(node)) {
    if (analysis.mayStep(node.callee as Expression, module)) {
      found.push(sentence(module, node, 'A call that may step stands in the middle of an optional chain; split it.'));
    }
  }
  for (const child of codeOf(node)) visit(analysis, module, child, node, found);
}

/** Names of functions and parameters are no uses. */
function isFunctionPart(parent: AnyNode | undefined, node: AnyNode): boolean {
  return parent !== undefined && isFunction(parent) && parent.body !== node;
}

function sentence(module: SourceModule, node: AnyNode, text: string): string {
  const upper = text.charAt(0).toUpperCase() + text.slice(1);
  return `${shownPath(module.file)}:${lineOf(node)}: ${upper}`;
}
