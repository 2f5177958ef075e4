/** The scenarios over raw Atomics in examples/check: counts and bugs that are known, and the table in the document. */
import { readFileSync } from 'node:fs';
import { explore } from 'fenceline/check';
import { describe, expect, test } from 'vitest';
import { type KnownCase, knownCases } from '../../../examples/check/cases.ts';

const at = (name: string): URL => new URL(`../../../examples/check/${name}.scenario.ts`, import.meta.url);
const document = readFileSync(new URL('../../../docs/explorer.md', import.meta.url), 'utf8');
const expectation = ({ expected }: KnownCase): string =>
  typeof expected === 'string' ? expected : `${expected} outcomes`;

describe.each(knownCases)('$title ($name)', (known) => {
  const { name, limits, expected, executions } = known;

  test(`is explored as known: ${expectation(known)}`, async () => {
    const report = await explore(at(name), limits);
    if (typeof expected === 'string') {
      const again = await explore(at(name), { replay: report.failure?.replay ?? '' });
      expect([report.failure?.kind, again.failure?.kind]).toEqual([expected, expected]);
      expect(again.failure?.message).toBe(report.failure?.message);
      return;
    }
    expect(report).toMatchObject({ failure: undefined, isComplete: true, missing: [] });
    expect(report.outcomes.size).toBe(expected);
    if (executions !== undefined) expect(report.executions).toBe(executions);
  });

  test('stands in the table of the document', () => {
    const cells = [known.title, expectation(known), known.because];
    expect(document).toContain(`| ${cells.join(' | ')} |`);
  });
});
