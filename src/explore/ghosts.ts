/**
 * Writes of a scenario to what its agents may share outside typed arrays: counters, logs, flags for its own checks.
 *
 * Real threads share no such objects, so only scenario files are looked at. The order of these writes is part of the
 * state: two executions that differ in it are not taken for one.
 */
import type { AnyNode, AssignmentExpression, CallExpression, UpdateExpression } from 'acorn';
import type { Analysis } from './analyse.ts';
import type { Code } from './functions.ts';
import { memberName } from './tree.ts';

const mutators: ReadonlySet<string> = new Set([
  ...['push', 'pop', 'shift', 'unshift', 'splice', 'sort', 'reverse', 'fill', 'copyWithin'],
  ...['set', 'add', 'delete', 'clear', 'append'],
]);

export function isGhostWrite(
  node: AssignmentExpression | UpdateExpression | CallExpression,
  code: Code,
  analysis: Analysis,
): boolean {
  if (node.type === 'CallExpression') {
    const { callee } = node;
    if (callee.type !== 'MemberExpression') return false;
    return mutators.has(memberName(callee) ?? '') && isShared(callee.object, code, analysis);
  }
  const target = node.type === 'AssignmentExpression' ? node.left : node.argument;
  if (target.type === 'MemberExpression') return isShared(target.object, code, analysis);
  return target.type === 'Identifier' && analysis.bindingOf(target, code.module)?.within !== code.node;
}

/** Whether an object may be known to other agents: not if this function made it. */
function isShared(object: AnyNode, code: Code, analysis: Analysis): boolean {
  if (object.type === 'MemberExpression') return isShared(object.object, code, analysis);
  if (object.type !== 'Identifier') return true;
  const binding = analysis.bindingOf(object, code.module);
  if (binding?.kind !== 'constant' || binding.within !== code.node) return true;
  return !['ObjectExpression', 'ArrayExpression', 'NewExpression'].includes(binding.value.type);
}
