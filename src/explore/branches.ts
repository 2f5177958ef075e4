/**
 * Branches: which arms of the sources' conditions were taken in some execution, and which never. Only when asked, because the
 * marks cost time: each arm sets a byte of its own before anything else.
 *
 * Arms are: both sides of `if` (a missing `else` too) and of `? :`, the right side of `&&`, `||` and `??`, cases, loop bodies.
 */
import type { AnyNode } from 'acorn';
import type MagicString from 'magic-string';
import type { ModuleBranches } from './report.ts';
import { shownPath } from './sources.ts';

/** One arm. Its place in the list is the place of its byte. */
export interface Branch {
  /** Absolute path. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** `else of if`, `right side of &&`, ... */
  readonly what: string;
  /** The function it stands in. */
  readonly within: string;
}

/** Marks the arms of a node. Context: what stands in them was edited before. */
export function markBranches(text: MagicString, node: AnyNode, note: (at: AnyNode, what: string) => number): void {
  const mark = (at: AnyNode, what: string): string => `__b[${note(at, what)}] = 1`;
  const statement = (arm: AnyNode, what: string): void => {
    text.prependRight(arm.start, `{ ${mark(arm, what)}; `);
    text.appendLeft(arm.end, ' }');
  };
  const expression = (arm: AnyNode, what: string): void => {
    text.prependRight(arm.start, `(${mark(arm, what)}, `);
    text.appendLeft(arm.end, ')');
  };
  switch (node.type) {
    case 'IfStatement':
      statement(node.consequent, 'then of if');
      if (node.alternate) statement(node.alternate, 'else of if');
      else text.appendLeft(node.end, ` else { ${mark(node, 'no else of if')}; }`);
      return;
    case 'ConditionalExpression':
      expression(node.consequent, 'then of ? :');
      expression(node.alternate, 'else of ? :');
      return;
    case 'LogicalExpression':
      expression(node.right, `right side of ${node.operator}`);
      return;
    case 'WhileStatement':
    case 'ForStatement':
    case 'ForOfStatement':
    case 'ForInStatement':
      statement(node.body, 'body of loop');
      return;
    case 'SwitchCase': {
      const [first] = node.consequent;
      if (first !== undefined) text.prependRight(first.start, `${mark(node, node.test ? 'case' : 'default')}; `);
    }
  }
}

/** By source: which arms were taken and which never. */
export function branchesOf(branches: readonly Branch[], taken: Uint8Array): readonly ModuleBranches[] {
  const byFile = new Map<string, { taken: string[]; untaken: string[] }>();
  branches.forEach(({ file, line, column, what, within }, index) => {
    const lists = byFile.get(file) ?? { taken: [], untaken: [] };
    byFile.set(file, lists);
    lists[taken[index] === 1 ? 'taken' : 'untaken'].push(`${line}:${column} ${what} in ${within}`);
  });
  return [...byFile].map(([file, lists]) => ({ file: shownPath(file), ...lists }));
}

/** What was never taken, one line each, for people. */
export function untakenLines(modules: readonly ModuleBranches[]): readonly string[] {
  return modules.flatMap(({ file, untaken }) => untaken.map((one) => `${file}:${one}`));
}
