/** Where the exhibits are: found by their folders, so that a new one is added by adding its folder. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Code, Exhibit, Run } from './exhibit.ts';

/** An exhibit and its folder's name. */
export interface Shelved extends Exhibit {
  readonly name: string;
}

/** This file runs from source in tests, and from build/casebook otherwise; the explorer always reads the sources. */
const isSource = import.meta.url.endsWith('.ts');
const sources = new URL(isSource ? './' : '../../casebook/', import.meta.url);

/** All exhibits, in the order of their numbers. */
export async function allExhibits(): Promise<readonly Shelved[]> {
  const names = readdirSync(sources).filter((name) => /^\d\d-/.test(name));
  return Promise.all(
    names.sort().map(async (name) => {
      const module = (await importBeside(`${name}/exhibit.ts`)) as { readonly default: Exhibit };
      return { name, ...module.default };
    }),
  );
}

/** The source of a scenario or program of an exhibit. */
export function sourceOf({ name }: Shelved, code: Code): URL {
  return new URL(`${name}/${pathOf(code)}`, sources);
}

/** What it says, as text. */
export function textOf(shelved: Shelved, code: Code): string {
  return readFileSync(fileURLToPath(sourceOf(shelved, code)), 'utf8');
}

/** The `run` of a program. */
export async function programOf({ name }: Shelved, program: string): Promise<Run> {
  const { run } = (await importBeside(`${name}/${program}`)) as { readonly run?: Run };
  if (run === undefined) throw new Error(`The program ${name}/${program} of the casebook exports no run.`);
  return run;
}

function pathOf(code: Code): string {
  return 'scenario' in code ? code.scenario : code.program;
}

function importBeside(path: string): Promise<unknown> {
  return import(new URL(isSource ? path : path.replace(/\.ts$/, '.js'), new URL('./', import.meta.url)).href);
}
