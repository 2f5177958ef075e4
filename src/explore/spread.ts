/**
 * `{ ...a, b }` as `Object.assign({}, a, { b })`: the same object, but for accessors, which stay as they are.
 *
 * V8 gives what a spread is followed by a hidden class each time, at twenty times the cost, and these classes keep the
 * garbage of whole executions alive. A world that `setup` makes of spreads would halve the speed of its exploration.
 */
import type { ObjectExpression, Property, SpreadElement } from 'acorn';
import type MagicString from 'magic-string';

export function editSpread(text: MagicString, node: ObjectExpression): void {
  const { properties } = node;
  if (!properties.some(({ type }) => type === 'SpreadElement') || properties.some(isSpecial)) return;
  text.overwrite(node.start, node.start + 1, '__fl.assign({}, ');
  properties.forEach((one, index) => {
    if (one.type === 'SpreadElement') {
      text.overwrite(one.start, one.start + 3, '');
      return;
    }
    if (properties[index - 1]?.type !== 'Property') text.prependRight(one.start, '{ ');
    if (properties[index + 1]?.type !== 'Property') text.appendLeft(one.end, ' }');
  });
  text.overwrite(node.end - 1, node.end, ')');
}

/** Accessors are defined, not copied, and `__proto__: x` is no property. */
function isSpecial(one: Property | SpreadElement): boolean {
  if (one.type === 'SpreadElement') return false;
  return one.kind !== 'init' || (!one.computed && one.key.type === 'Identifier' && one.key.name === '__proto__');
}
