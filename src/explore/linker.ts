/** From a scenario file to something that runs: load, analyse, lint, rewrite, and evaluate in an order of dependencies. */
import { Script } from 'node:vm';
import MagicString from 'magic-string';
import { Analysis } from './analyse.ts';
import type { Branch } from './branches.ts';
import { forgetSince, forgetting, learnt } from './forget.ts';
import { linkEdits } from './link-edits.ts';
import { lint } from './lint.ts';
import type { Site } from './operations.ts';
import type { Patch } from './report.ts';
import { rewrite } from './rewrite.ts';
import type { Runtime } from './runtime.ts';
import type { ScenarioParts } from './scenario.ts';
import { partsOf, scenario } from './scenario.ts';
import type { SourceModule } from './sources.ts';
import { checkModule, loadSources, shownPath } from './sources.ts';

type Namespace = Record<string, unknown>;
type ModuleFunction = (...environment: readonly unknown[]) => void;

/** A transformed program. It can be evaluated again and again; each evaluation has module state of its own. */
export interface Program {
  readonly file: string;
  readonly sites: readonly Site[];
  /** Empty unless they were asked for; `taken` has a byte for each, set by all evaluations together. */
  readonly branches: readonly Branch[];
  readonly taken: Uint8Array;
  readonly evaluate: (runtime: Runtime) => Namespace;
}

/** Loads a file and transforms it, with marks in its branches if wanted. Throws one error that lists every place the transform cannot follow. */
export async function loadProgram(
  file: string,
  patches: readonly Patch[],
  wantsBranches: boolean = false,
): Promise<Program> {
  const modules = loadSources(file, patches);
  const known = wantsBranches ? undefined : recent.find((one) => isSame(one.modules, modules));
  if (known !== undefined) return known.program;
  const analysis = new Analysis(modules);
  const refused = lint(analysis);
  if (refused.length > 0) throw new Error(`The explorer cannot follow this code:\n${refused.join('\n')}`);
  const sites: Site[] = [];
  const branches: Branch[] = [];
  const codes = rewrite(analysis, sites, wantsBranches ? branches : undefined);
  const taken = new Uint8Array(branches.length);
  const linked = await link(modules, (module) => codes.get(module) ?? '');
  const program = { file, sites, branches, taken, evaluate: (runtime: Runtime) => evaluate(linked, runtime, taken) };
  if (!wantsBranches) recent = [{ modules, program }, ...recent].slice(0, recentMax);
  return program;
}

interface Recent {
  readonly modules: readonly SourceModule[];
  readonly program: Program;
}

/** Programs without marks, the newest first: a replay and other limits explore what has just been made. */
let recent: readonly Recent[] = [];
const recentMax = 4;

/** Whether both are made of the same files with the same text, of which there is one tree. */
function isSame(some: readonly SourceModule[], others: readonly SourceModule[]): boolean {
  return some.length === others.length && some.every(({ tree }, index) => tree === others[index]?.tree);
}

/** The same sources as they stand, for real threads. `Buffer` stands in for SharedArrayBuffer in all of them. */
export async function loadPlain(
  file: string,
  patches: readonly Patch[],
  Buffer: SharedArrayBufferConstructor,
): Promise<Namespace> {
  const modules = loadSources(file, patches);
  const analysis = new Analysis(modules);
  const linked = await link(modules, (module) => {
    const text = new MagicString(module.code);
    linkEdits(text, module, analysis, []);
    return text.toString();
  });
  const none = undefined;
  return runAll(linked, [linking, none, none, none, none], [Buffer, none]);
}

interface Linked {
  readonly scripts: readonly (readonly [SourceModule, ModuleFunction])[];
  readonly foreign: ReadonlyMap<string, Namespace>;
}

async function link(modules: readonly SourceModule[], codeOf: (module: SourceModule) => string): Promise<Linked> {
  const foreign = await importForeign(modules);
  const scripts = modules.map((module) => {
    const script = new Script(codeOf(module), { filename: module.file });
    return [module, script.runInThisContext() as ModuleFunction] as const;
  });
  return { scripts, foreign };
}

/** The scenario that a file has as its default export. */
export function scenarioOf(namespace: Namespace, file: string): ScenarioParts<unknown, Record<string, unknown>> {
  const parts = partsOf(namespace.default);
  if (parts !== undefined) return parts;
  throw new Error(
    `${shownPath(file)} has no scenario as its default export: write \`export default scenario({ ... })\`.`,
  );
}

async function importForeign(modules: readonly SourceModule[]): Promise<ReadonlyMap<string, Namespace>> {
  const found = new Map<string, Namespace>([[checkModule, { scenario, learnt, forgetSince }]]);
  for (const { targets } of modules) {
    for (const target of targets.values()) {
      if (target.kind !== 'foreign' || found.has(target.specifier)) continue;
      found.set(target.specifier, (await import(target.specifier)) as Namespace);
    }
  }
  return found;
}

function evaluate(linked: Linked, runtime: Runtime, taken: Uint8Array): Namespace {
  const { hooks, operation, get, put, Generators } = runtime;
  const before = [{ ...hooks, ...linking, assign: Object.assign }, operation, get, put, Generators];
  const own = { ...linked.foreign.get(checkModule), ...forgetting(() => runtime.agent) };
  const foreign = new Map([...linked.foreign, [checkModule, own]]);
  return runAll({ ...linked, foreign }, before, [trackedBuffer(runtime), taken]);
}

/** Runs all modules, dependencies first. Each is given what stands before and after its own namespace and those it imports. */
function runAll({ scripts, foreign }: Linked, before: readonly unknown[], after: readonly unknown[]): Namespace {
  const namespaces = new Map<SourceModule, Namespace>(scripts.map(([module]) => [module, {}]));
  let last: Namespace = {};
  for (const [module, run] of scripts) {
    const deps: Record<string, Namespace> = {};
    for (const [specifier, target] of module.targets) {
      const found = target.kind === 'source' ? namespaces.get(target.module) : foreign.get(target.specifier);
      deps[specifier] = found ?? {};
    }
    last = namespaces.get(module) ?? {};
    run(...before, last, deps, ...after);
  }
  return last;
}

/**
 * Numbers buffers as they are made, so that a word has the same address in every execution. What `setup` makes is taken
 * over from the execution before and zeroed: allocating shared memory is slow.
 */
function trackedBuffer(runtime: Runtime): SharedArrayBufferConstructor {
  function make(byteLength: number, options?: { maxByteLength?: number }): SharedArrayBuffer {
    const addresses = runtime.world?.addresses;
    if (addresses === undefined) return new SharedArrayBuffer(byteLength, options);
    if (runtime.agent === undefined && options === undefined) return addresses.makeAgain(byteLength);
    const made = new SharedArrayBuffer(byteLength, options);
    addresses.name(made, runtime.agent);
    return made;
  }
  // Called with `new`, a function's object is what it returns; instanceof looks at the prototype.
  make.prototype = SharedArrayBuffer.prototype;
  return make as unknown as SharedArrayBufferConstructor;
}

/** Live, as an importer in a cycle needs them. */
function defineExports(namespace: Namespace, getters: Record<string, () => unknown>): void {
  for (const [name, get] of Object.entries(getters)) Object.defineProperty(namespace, name, { get, enumerable: true });
}

function exportAll(namespace: Namespace, from: Namespace): void {
  for (const name of Object.keys(from)) {
    if (name === 'default' || name in namespace) continue;
    Object.defineProperty(namespace, name, { get: () => from[name], enumerable: true });
  }
}

/** What the edits of link-edits.ts call. */
const linking = { exports: defineExports, exportAll };
