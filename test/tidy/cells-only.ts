/** The ban of design D10: nondeterminism enters through src/cells/ alone, or an explorer would not see it. */
import { type Finding, findingAt, isErased, isNode, type Node, type Source, walk } from './source.ts';

const bannedNames: ReadonlySet<string> = new Set([
  ...['Atomics', 'Date', 'performance', 'crypto'],
  ...['setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'clearInterval', 'clearImmediate', 'queueMicrotask'],
  ...['requestAnimationFrame', 'requestIdleCallback', 'scheduler'],
  ...['postMessage', 'MessageChannel', 'MessagePort', 'BroadcastChannel', 'Worker', 'SharedWorker'],
]);
const bannedMembers: ReadonlySet<string> = new Set([
  ...['random', 'randomUUID', 'getRandomValues', 'randomBytes'],
  ...['postMessage', 'hrtime', 'nextTick', 'getBuiltinModule'],
]);
const globals: ReadonlySet<string> = new Set(['globalThis', 'self', 'window']);

/** Uses of what only src/cells/ may use. Types are free: they do nothing. */
export function nondeterminismIn(source: Source): readonly Finding[] {
  const found: Finding[] = [];
  walk(source.tree, (node, parents) => {
    if (isErased(node)) return false;
    const name = usedName(node, parents.at(-1));
    if (name) found.push(findingAt(source, node, `${name} is used outside src/cells/.`));
    return true;
  });
  return found;
}

function usedName(node: Node, parent: Node | undefined): string | undefined {
  if (node.type === 'Identifier' && isReference(node, parent)) {
    const name = String(node.name);
    return bannedNames.has(name) ? name : undefined;
  }
  if (node.type !== 'MemberExpression' || !isNode(node.property)) return undefined;
  const member = String(node.property.name ?? node.property.value);
  const isOfGlobal = isNode(node.object) && globals.has(String(node.object.name));
  return bannedMembers.has(member) || (isOfGlobal && bannedNames.has(member)) ? member : undefined;
}

/** An identifier that reads a variable, rather than naming a property, a parameter of its own or an import. */
function isReference(node: Node, parent: Node | undefined): boolean {
  if (!parent) return false;
  if (parent.type === 'MemberExpression') return parent.object === node || parent.computed === true;
  if (/^(Property|PropertyDefinition|MethodDefinition)$/.test(parent.type))
    return parent.value === node || parent.computed === true;
  return !/^(ImportSpecifier|ExportSpecifier|LabeledStatement)$/.test(parent.type);
}

/** What Node 20.19 lacks, though some of it has a type: the oldest supported runtime would throw. */
export function newerThanNode20(source: Source): readonly Finding[] {
  const missing = new Set(['DisposableStack', 'AsyncDisposableStack', 'SuppressedError', 'Float16Array', 'Iterator']);
  const missingMembers = new Set([
    'transfer',
    'transferToFixedLength',
    'withResolvers',
    'fromAsync',
    'pause',
    'isError',
  ]);
  const found: Finding[] = [];
  walk(source.tree, (node, parents) => {
    if (isErased(node)) return false;
    if (node.type === 'Identifier' && missing.has(String(node.name)) && isReference(node, parents.at(-1))) {
      found.push(findingAt(source, node, `${String(node.name)} does not exist in Node 20.19.`));
    }
    const member = node.type === 'MemberExpression' && isNode(node.property) ? String(node.property.name) : '';
    if (missingMembers.has(member) && !isCallWithTwo(node, parents.at(-1)))
      found.push(findingAt(source, node, `.${member} does not exist in Node 20.19.`));
    return true;
  });
  return found;
}

/** Those of the language take one argument at most; our sync objects have a `transfer` that takes two. */
function isCallWithTwo(node: Node, parent: Node | undefined): boolean {
  return (
    parent?.type === 'CallExpression' && parent.callee === node && (parent.arguments as readonly Node[]).length > 1
  );
}
