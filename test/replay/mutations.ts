/** Bugs to be planted in the core, which the traces must find. */
import { readText } from '../tidy/source.ts';

export interface Mutation {
  readonly name: string;
  /** A file of the core. The change is made in what it was built to. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  readonly why: string;
  /** The trace that must fail. */
  readonly trace: string;
}

export const mutations: readonly Mutation[] = JSON.parse(readText('test/replay/mutations.json'));

/** Where a file of the core was built to. */
export function builtPath(file: string): string {
  return file.replace(/^src/, 'dist').replace(/ts$/, 'js');
}
