/** Compiles user programs against the built package, as a project of theirs would, and says what the compiler said. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { isNode, type Node, readText, root, sourceOf } from '../tidy/source.ts';

/** The options that the programs were written under: strict, and without skipLibCheck, so our declarations are checked. */
const options = {
  ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, noImplicitOverride: true },
  ...{ noUnusedLocals: true, erasableSyntaxOnly: true, verbatimModuleSyntax: true },
  ...{ target: 'ES2022', module: 'NodeNext', moduleResolution: 'NodeNext', types: ['node'] },
  ...{ lib: ['ES2024', 'ESNext.Disposable', 'DOM', 'DOM.AsyncIterable'], noEmit: true, skipLibCheck: false },
};

/** Runs tsc over `files` (paths from the root). Outcomes: what it printed. */
export function compile(name: string, files: readonly string[]): string {
  const folder = writeProject(name, files);
  return spawnSync(process.execPath, [tsc, '-p', folder], { cwd: root, encoding: 'utf8', timeout: 120_000 }).stdout;
}

/**
 * Processor time of one run of tsc, in seconds, on one thread: unlike the clock on the wall, it hardly depends on what
 * else the machine does. Outcomes: the time; throws what the compiler printed.
 */
export function compileSeconds(name: string, files: readonly string[]): number {
  const command = `'${process.execPath}' ${tsc} --singleThreaded -p '${writeProject(name, files)}' && times`;
  const { stdout } = spawnSync('sh', ['-c', command], { cwd: root, encoding: 'utf8', timeout: 120_000 });
  // The second line of `times` is that of the children: user and system, as 0m1.25s.
  const times = [...stdout.matchAll(/^(\d+)m([\d.]+)s (\d+)m([\d.]+)s$/gm)][1];
  if (!times) throw new Error(stdout);
  const [, minutes, seconds, systemMinutes, systemSeconds] = times.map(Number);
  return 60 * ((minutes ?? 0) + (systemMinutes ?? 0)) + (seconds ?? 0) + (systemSeconds ?? 0);
}

const tsc = join('node_modules', 'typescript', 'bin', 'tsc');

function writeProject(name: string, files: readonly string[]): string {
  const folder = join(root, 'build', 'types', name);
  mkdirSync(folder, { recursive: true });
  const project = { compilerOptions: options, files: files.map((path) => join(root, path)) };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(project));
  return folder;
}

/** Names that a program needs of the package, itself or through its own modules: `Space of fenceline`, ... */
export function needsOf(path: string): ReadonlySet<string> {
  const needed = new Set<string>();
  const files = new Set([path]);
  for (const file of files) {
    const { tree } = sourceOf(file, readText(file));
    for (const statement of tree.body as readonly Node[]) {
      const from = isNode(statement.source) ? String(statement.source.value) : '';
      if (from.startsWith('.')) files.add(posix.join(posix.dirname(file), from.replace(/\.js$/, '.ts')));
      if (!from.startsWith('fenceline')) continue;
      for (const { imported } of statement.specifiers as readonly { readonly imported: Node }[]) {
        needed.add(`${String(imported.name)} of ${from}`);
      }
    }
  }
  return needed;
}

/** Names that the built package exports, types too, said in the same way. */
export function offeredNames(): ReadonlySet<string> {
  const exported = JSON.parse(readText('package.json')).exports as Record<string, string | { readonly types: string }>;
  return new Set(
    Object.entries(exported).flatMap(([subpath, target]) => {
      const types = typeof target === 'string' ? '' : target.types;
      if (types === '' || !existsSync(join(root, types))) return [];
      return [...namesIn(types)].map((name) => `${name} of ${posix.join('fenceline', subpath)}`);
    }),
  );
}

/** Names that a declaration file exports; those of `export *` are followed. */
function namesIn(path: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const statement of sourceOf(path, readText(path)).tree.body as readonly Node[]) {
    const { declaration, source } = statement;
    if (isNode(declaration) && isNode(declaration.id)) names.add(String(declaration.id.name));
    for (const one of isNode(declaration)
      ? ((declaration.declarations ?? []) as readonly { readonly id: Node }[])
      : []) {
      names.add(String(one.id.name));
    }
    for (const { exported } of (statement.specifiers ?? []) as readonly { readonly exported?: Node }[]) {
      if (exported) names.add(String(exported.name));
    }
    if (statement.type === 'ExportAllDeclaration' && isNode(source)) {
      const next = posix.join(posix.dirname(path), String(source.value)).replace(/(\.d)?\.[jt]s$/, '.d.ts');
      for (const name of namesIn(next)) names.add(name);
    }
  }
  return names;
}
