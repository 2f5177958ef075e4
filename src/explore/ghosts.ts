/**
 * Writes of a scenario to what its agents may share outside typed arrays: counters, logs, flags for its own checks.
 *
 * Real threads share no such objects, so only what is not the library is looked at. What was written becomes part of the
 * state: by content where the object can be reached from what `setup` made, otherwise by the order of the writes.
 */
import type { AnyNode, AssignmentExpression, CallExpression, UpdateExpression } from 'acorn';
import type { Analysis } from './analyse.ts';
import { rootOf } from './analyse.ts';
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
  if (target.type === 'MemberExpression') {
    // What a constructor makes is known to nobody yet.
    const isFresh = code.kind === 'constructor' && target.object.type === 'ThisExpression';
    return !isFresh && isShared(target.object, code, analysis);
  }
  return target.type === 'Identifier' && analysis.bindingOf(target, code.module)?.within !== code.node;
}

/** The object written to, as source text that may be evaluated once more, or undefined if there is none. */
export function targetText(
  node: AssignmentExpression | UpdateExpression | CallExpression,
  code: Code,
  analysis: Analysis,
): string | undefined {
  let written: AnyNode = node;
  if (node.type === 'CallExpression') written = node.callee;
  else written = node.type === 'AssignmentExpression' ? node.left : node.argument;
  if (written.type !== 'MemberExpression' || written.property.type === 'PrivateIdentifier') return undefined;
  const object: AnyNode = written.object;
  if (!isSimple(object)) return undefined;
  const root = rootOf(object);
  if (root !== undefined && analysis.bindingOf(root, code.module)?.kind === 'import') return undefined;
  return code.module.code.slice(object.start, object.end);
}

function isSimple(node: AnyNode): boolean {
  if (node.type === 'Identifier' || node.type === 'ThisExpression') return true;
  return node.type === 'MemberExpression' && !node.computed && !node.optional && isSimple(node.object);
}

/** Whether an object may be known to other agents: not if this function made it. */
function isShared(object: AnyNode, code: Code, analysis: Analysis): boolean {
  if (object.type === 'MemberExpression') return isShared(object.object, code, analysis);
  if (object.type !== 'Identifier') return true;
  const binding = analysis.bindingOf(object, code.module);
  if (binding?.kind !== 'constant' || binding.within !== code.node) return true;
  return !['ObjectExpression', 'ArrayExpression', 'NewExpression'].includes(binding.value.type);
}
