/**
 * The sources of one exploration: the scenario, and every module it reaches, patched, stripped of types and parsed.
 *
 * The library is loaded from the sources that ship beside `dist`, never from the built files: what is explored is what
 * a reader sees. Modules of other packages and of Node run as they are.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, relative, resolve, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { transformSync } from '@swc/wasm-typescript';
import type { Program } from 'acorn';
import { parse } from 'acorn';
import type { FacadeEntry } from './operations.ts';
import { facade } from './operations.ts';
import type { Patch } from './report.ts';

/** Root of this package: the folder that holds `src` and `dist`. */
export const packageRoot: string = fileURLToPath(new URL('../../', import.meta.url));
const sourceRoot = resolve(packageRoot, 'src');
const builtRoot = resolve(packageRoot, 'dist');

/** What an import statement names. */
export type Target =
  | { readonly kind: 'source'; readonly module: SourceModule }
  | { readonly kind: 'foreign'; readonly specifier: string };

export interface SourceModule {
  readonly id: number;
  /** Absolute path. */
  readonly file: string;
  /** JavaScript, every character where it stands in the TypeScript. */
  readonly code: string;
  readonly tree: Program;
  readonly targets: Map<string, Target>;
  /** The operations among its exports, if it is a module of the facade. */
  readonly facade: Readonly<Record<string, FacadeEntry>> | undefined;
  /** Of the library that is explored, not of the scenario or a user's program. */
  readonly isLibrary: boolean;
}

/** Replaced by the explorer's own module when imported: the scenario must hand its parts to this explorer. */
export const checkModule = 'fenceline/check';

/** Loads a file and all sources it reaches, dependencies first. Throws for files missing, syntax errors, misused patches. */
export function loadSources(entry: string, patches: readonly Patch[]): readonly SourceModule[] {
  const byFile = new Map<string, SourceModule>();
  const ordered: SourceModule[] = [];
  const used = new Map<Patch, string>();
  const load = (file: string): SourceModule => {
    const known = byFile.get(file);
    if (known !== undefined) return known;
    const { code, tree } = parsed(file, patched(file, patches, used));
    const module: SourceModule = {
      id: byFile.size,
      file,
      code,
      tree,
      targets: new Map(),
      facade: facadeOf(file),
      isLibrary: !relative(sourceRoot, file).startsWith('..'),
    };
    byFile.set(file, module);
    for (const specifier of specifiersOf(tree)) {
      const found = resolveSource(specifier, file);
      module.targets.set(
        specifier,
        found === undefined
          ? { kind: 'foreign', specifier: foreignName(specifier, file) }
          : { kind: 'source', module: load(found) },
      );
    }
    ordered.push(module);
    return module;
  };
  load(entry);
  for (const patch of patches) {
    if (!used.has(patch)) throw new Error(`The patch of ${patch.file} matches no source that the scenario reaches.`);
  }
  return ordered;
}

/** A path as people write it: relative to the package or to the current folder. */
export function shownPath(file: string): string {
  for (const root of [process.cwd(), packageRoot]) {
    const path = relative(root, file);
    if (!path.startsWith('..')) return path.split(sep).join('/');
  }
  return file;
}

function patched(file: string, patches: readonly Patch[], used: Map<Patch, string>): string {
  let text = readFileSync(file, 'utf8');
  const path = file.split(sep).join('/');
  for (const patch of patches) {
    if (path !== patch.file && !path.endsWith(`/${patch.file}`)) continue;
    const before = used.get(patch);
    if (before !== undefined) throw new Error(`The patch of ${patch.file} fits two sources: ${before} and ${file}.`);
    used.set(patch, file);
    const count = text.split(patch.find).length - 1;
    if (count !== 1)
      throw new Error(`The patch of ${patch.file} must match once, and matches ${count} times: ${patch.find}`);
    text = text.replace(patch.find, () => patch.replace);
  }
  return text;
}

interface Parsed {
  readonly code: string;
  readonly tree: Program;
}

/** By path and text: the same sources are explored with many patches and limits. */
const cache = new Map<string, { readonly text: string; readonly parsed: Parsed }>();

function parsed(file: string, text: string): Parsed {
  const known = cache.get(file);
  if (known?.text === text) return known.parsed;
  const code = file.endsWith('.ts') ? stripped(file, text) : text;
  const made: Parsed = { code, tree: parsedTree(file, code) };
  cache.set(file, { text, parsed: made });
  return made;
}

function stripped(file: string, text: string): string {
  try {
    return transformSync(text, { mode: 'strip-only', filename: file, module: true }).code;
  } catch (error) {
    const { message, startLine } = error as { message?: string; startLine?: number };
    throw new SyntaxError(`${shownPath(file)}:${startLine ?? '?'}: ${message ?? String(error)}`);
  }
}

function parsedTree(file: string, code: string): Program {
  try {
    return parse(code, { ecmaVersion: 'latest', sourceType: 'module', locations: true });
  } catch (error) {
    throw new SyntaxError(`${shownPath(file)}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function specifiersOf(tree: Program): readonly string[] {
  const found = new Set<string>();
  for (const node of tree.body) {
    if (!('source' in node) || node.source === null || node.source === undefined) continue;
    found.add(String(node.source.value));
  }
  return [...found];
}

/** The source file that an import means, or undefined if it is another package's. */
function resolveSource(specifier: string, from: string): string | undefined {
  const [first = ''] = specifier.split('/');
  if (specifier.startsWith('.')) return existing(asSource(resolve(dirname(from), specifier)), specifier, from);
  if (first === '#fenceline') return existing(asSource(resolve(builtRoot, specifier.slice(11))), specifier, from);
  if (first !== 'fenceline' || specifier === checkModule) return undefined;
  const name = specifier === 'fenceline' ? 'index' : specifier.slice('fenceline/'.length);
  return existing(resolve(sourceRoot, `${name}.ts`), specifier, from);
}

/** Built files of this package mean their sources, and `.js` means the `.ts` beside it where there is one. */
function asSource(file: string): string {
  const inside = relative(builtRoot, file);
  const mapped = inside.startsWith('..') ? file : resolve(sourceRoot, inside);
  const typed = mapped.replace(/\.js$/, '.ts');
  return existsSync(typed) ? typed : mapped;
}

function existing(file: string, specifier: string, from: string): string | undefined {
  if (isOwnCheck(file)) return undefined;
  if (existsSync(file)) return file;
  throw new Error(`${shownPath(from)} imports '${specifier}', and there is no file ${shownPath(file)}.`);
}

/** The explorer is not explored: its own modules are the running ones. */
function isOwnCheck(file: string): boolean {
  const path = relative(sourceRoot, file).split(sep).join('/');
  return path === 'check.ts' || path.startsWith('explore/');
}

function foreignName(specifier: string, from: string): string {
  if (specifier.startsWith('node:')) return specifier;
  if (specifier === checkModule || specifier.startsWith('#fenceline/') || specifier.startsWith('.')) return checkModule;
  try {
    return pathToFileURL(createRequire(from).resolve(specifier)).href;
  } catch {
    return specifier;
  }
}

function facadeOf(file: string): Readonly<Record<string, FacadeEntry>> | undefined {
  return facade[relative(sourceRoot, file).split(sep).join('/')];
}
