/** Facts about the project as a whole: what is committed, what the package exports, where its documents point. */
import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  type Finding,
  type Node,
  pathsBelow,
  printed,
  readText,
  root,
  type Source,
  sourceOf,
  sourcesBelow,
} from './source.ts';

const text = /\.(ts|mts|js|mjs|json|jsonc|md|yml|yaml|txt|html)$|^\.[a-z/]+$|^[A-Z]+$|^\.ci\/run$/;
const files = pathsBelow('').filter((path) => text.test(path));

/** Built from parts, so that this file does not find itself. */
const strayPaths = new RegExp(`(^|[^\\w.$-])/(${['work', 'tmp', 'root', 'home', 'Users'].join('|')})/`);
const strayHosts = new RegExp(['registry', '(npmjs|yarnpkg)', '(org|com)'].join('\\.'));

function straysIn(path: string, content: string): readonly Finding[] {
  return content.split('\n').flatMap((line, index) => {
    const at = { path, line: index + 1 };
    if (strayPaths.test(line)) return [{ ...at, sentence: 'The line names a path of one machine.' }];
    if (strayHosts.test(line)) return [{ ...at, sentence: 'The line names a package registry.' }];
    return [];
  });
}

/** Relative links and pictures of a document that lead nowhere. */
function deadLinks(path: string, content: string): readonly Finding[] {
  const outsideCode = content.replace(/```[\s\S]*?```/g, (code) => code.replace(/[^\n]/g, ' '));
  return [...outsideCode.matchAll(/\]\(([^)\s]+)\)/g)].flatMap((match) => {
    const link = (match[1] ?? '').replace(/#.*$/, '');
    if (link === '' || /^[a-z]+:/.test(link)) return [];
    const line = content.slice(0, match.index).split('\n').length;
    const isThere = existsSync(join(root, normalize(join(dirname(path), link))));
    return isThere ? [] : [{ path, line, sentence: `The link to ${link} leads nowhere.` }];
  });
}

/** A call that stands alone at the top of a file, other than an assertion; or an import for its effect. */
function doesSomething({ tree }: Source): boolean {
  return (tree.body as readonly Node[]).some((statement) => {
    if (statement.type === 'ImportDeclaration') return (statement.specifiers as readonly Node[]).length === 0;
    const expression = statement.expression as Node | undefined;
    return expression?.type === 'CallExpression' && (expression.callee as Node).name !== 'assert';
  });
}

describe('what is committed', () => {
  test('no file names a path of one machine or a package registry', () => {
    expect(printed(files.flatMap((path) => straysIn(path, readText(path))))).toEqual([]);
  });

  test('control: a stray path and a stray host are found, and ordinary paths are not', () => {
    expect(straysIn('a.md', `see /${'work'}/main/x`)).toHaveLength(1);
    expect(straysIn('a.md', `open('/${'tmp'}/x')`)).toHaveLength(1);
    expect(straysIn('a.json', `"https://registry.${'npmjs'}.org/x"`)).toHaveLength(1);
    expect(straysIn('a.ts', "import '../work/x.ts'; const url = 'https://example.org/home/x'; './tmp/x';")).toEqual([]);
  });

  test('the lock names every optional dependency, or npm ci would refuse it in a fresh clone', () => {
    const packages = JSON.parse(readText('package-lock.json')).packages as Record<
      string,
      { optionalDependencies?: object }
    >;
    const wanted = Object.values(packages).flatMap(({ optionalDependencies = {} }) =>
      Object.keys(optionalDependencies),
    );
    const missing = wanted.filter(
      (name) => !Object.keys(packages).some((path) => path.endsWith(`node_modules/${name}`)),
    );
    // Mend it with `node scripts/complete-lock.mjs`.
    expect(missing).toEqual([]);
    expect(wanted.length).toBeGreaterThan(10);
  });

  test('the lock names no host that packages came from', () => {
    expect(readText('package-lock.json')).not.toMatch(/"resolved": "http/);
  });
});

describe('the package', () => {
  const manifest = JSON.parse(readText('package.json'));

  test('every export and every program exists once built', () => {
    const exported = Object.values(manifest.exports as Record<string, string | Record<string, string>>);
    const paths = exported.flatMap((target) => (typeof target === 'string' ? [target] : Object.values(target)));
    const programs = Object.values((manifest.bin ?? {}) as Record<string, string>);
    expect([...paths, ...programs].filter((path) => !existsSync(join(root, path)))).toEqual([]);
    expect(paths.length).toBeGreaterThan(2);
  });

  test('a file that does more than define, when it is imported, is named in sideEffects', () => {
    const acting = sourcesBelow('src').filter(doesSomething);
    const paths = acting.map(({ path }) => path.replace(/^src/, './dist').replace(/ts$/, 'js'));
    expect(paths.sort()).toEqual([...manifest.sideEffects].sort());
    expect(doesSomething(sourceOf('src/a.ts', "register('a');"))).toBe(true);
    expect(doesSomething(sourceOf('src/a.ts', "import './b.ts';"))).toBe(true);
    expect(doesSomething(sourceOf('src/a.ts', "assert(true, 'x'); export const a = f();"))).toBe(false);
  });

  test('every script that package.json calls exists', () => {
    const called = Object.values(manifest.scripts as Record<string, string>).flatMap(
      (line) => line.match(/scripts\/[\w-]+\.mjs/g) ?? [],
    );
    expect(called.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  test('the scripts have the names that every project of ours uses', () => {
    const wanted = ['start', 'test', 'test:all', 'check', 'fix', 'explore', 'bench', 'docs', 'build'];
    expect(wanted.filter((name) => !(name in manifest.scripts))).toEqual([]);
  });
});

describe('documents', () => {
  const documents = files.filter((path) => path.endsWith('.md'));

  test('relative links lead somewhere', () => {
    expect(printed(documents.flatMap((path) => deadLinks(path, readText(path))))).toEqual([]);
  });

  test('control: a dead link is found, and links to the web, to a heading and in code are left alone', () => {
    expect(deadLinks('docs/a.md', 'x\n[y](nowhere.md)')).toEqual([
      { path: 'docs/a.md', line: 2, sentence: 'The link to nowhere.md leads nowhere.' },
    ]);
    expect(
      deadLinks('docs/a.md', '[y](../package.json) [z](https://example.org) [q](#q)\n```\n[y](nowhere.md)\n```'),
    ).toEqual([]);
  });

  test('CONTRIBUTING lists every script, and no other', () => {
    const scripts = Object.keys(JSON.parse(readText('package.json')).scripts).filter((name) => !/^pre/.test(name));
    const listed = [...readText('CONTRIBUTING.md').matchAll(/^\| `npm (?:run )?([\w:]+)`/gm)].map((match) => match[1]);
    expect(listed.sort()).toEqual(scripts.sort());
  });

  test('the README is shorter than 120 lines', () => {
    expect(readText('README.md').trimEnd().split('\n').length).toBeLessThan(120);
  });
});
