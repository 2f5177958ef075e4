/** The contract is numbered without gaps, says why, says who checks, and cites only what exists. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readText, root, sourcesBelow } from '../tidy/source.ts';

interface Rule {
  readonly number: number;
  readonly text: string;
}

function rulesIn(document: string): readonly Rule[] {
  const parts = document.split(/^\*\*C(\d+)\. /m).slice(1);
  return Array.from({ length: parts.length / 2 }, (_, at) => ({
    number: Number(parts[2 * at]),
    text: parts[2 * at + 1] ?? '',
  }));
}

/** Files and folders that a rule cites, in backticks. */
const pathsIn = (text: string) => [...text.matchAll(/`((?:src|test|docs)\/[\w./-]+)`/g)].map((match) => match[1] ?? '');

const document = readText('docs/contract.md');
const rules = rulesIn(document);

describe('docs/contract.md', () => {
  test('numbers its rules without a gap', () => {
    expect(rules.map(({ number }) => number)).toEqual(rules.map((_, index) => index + 1));
    expect(rules.length).toBeGreaterThan(6);
  });

  test.each(rules)('C$number says why, and who checks it', ({ text }) => {
    expect(text).toMatch(/^Why: \S/m);
    expect(text).toMatch(/^Checked by: \S/m);
  });

  test('cites only files that exist', () => {
    expect(pathsIn(document).filter((path) => !existsSync(join(root, path)))).toEqual([]);
    expect(pathsIn(document).length).toBeGreaterThan(10);
  });

  test('has every rule that the code cites', () => {
    const cited = sourcesBelow('src').flatMap(({ path, text }) =>
      [...text.matchAll(/\b(?:contract |\()C(\d+)\b/g)].map((match) => ({ path, number: Number(match[1]) })),
    );
    expect(cited.filter(({ number }) => !rules.some((rule) => rule.number === number))).toEqual([]);
    expect(cited.length).toBeGreaterThan(0);
  });

  test('control: a rule without its reason, a gap and a dead path are seen', () => {
    const [first, third] = rulesIn('**C1. A.**\nChecked by: `src/nowhere.ts`.\n\n**C3. B.**\nWhy: b.\n');
    expect(first?.text).not.toMatch(/^Why: /m);
    expect(third?.number).toBe(3);
    expect(pathsIn(first?.text ?? '')).toEqual(['src/nowhere.ts']);
  });
});
