/** Compiles user programs against the built package, as a project of theirs would, and says what the compiler said. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { importsOf } from '../tidy/imports.ts';
import { readText, root, sourceOf } from '../tidy/source.ts';

/** The options that the programs were written under: strict, and without skipLibCheck, so our declarations are checked. */
const options = {
  ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, noImplicitOverride: true },
  ...{ noUnusedLocals: true, erasableSyntaxOnly: true, verbatimModuleSyntax: true },
  ...{ target: 'ES2022', module: 'NodeNext', moduleResolution: 'NodeNext', types: ['node'] },
  ...{ lib: ['ES2024', 'ESNext.Disposable', 'DOM', 'DOM.AsyncIterable'], noEmit: true, skipLibCheck: false },
};

/** Runs tsc over `files` (paths from the root). Its output: errors, and figures if `figures`. */
export function compile(name: string, files: readonly string[], figures = false): string {
  const folder = join(root, 'build', 'types', name);
  mkdirSync(folder, { recursive: true });
  const project = { compilerOptions: options, files: files.map((path) => join(root, path)) };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(project));
  const tsc = join('node_modules', 'typescript', 'bin', 'tsc');
  const args = [tsc, '-p', folder, ...(figures ? ['--extendedDiagnostics'] : [])];
  return spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', timeout: 120_000 }).stdout;
}

/** Subpaths of the package that a program needs, itself or through its own modules: `fenceline`, `fenceline/sync`, ... */
export function subpathsOf(path: string): ReadonlySet<string> {
  const needed = new Set<string>();
  const files = new Set([path]);
  for (const file of files) {
    for (const { specifier } of importsOf(sourceOf(file, readText(file)))) {
      if (specifier?.startsWith('fenceline')) needed.add(specifier);
      if (specifier?.startsWith('.')) files.add(posix.join(posix.dirname(file), specifier.replace(/\.js$/, '.ts')));
    }
  }
  return needed;
}

/** Subpaths that the package exports, as they are imported. */
export function exportedSubpaths(): ReadonlySet<string> {
  const exported = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).exports as Record<string, unknown>;
  return new Set(Object.keys(exported).map((subpath) => posix.join('fenceline', subpath)));
}
