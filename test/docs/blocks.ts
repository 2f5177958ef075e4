/**
 * Finds the code in documents that wants to be run, and writes it out as programs.
 *
 * A block runs if a comment stands above it: `<!-- file: main.ts -->`, or with what the reader is not bothered with,
 * `<!-- file: main.ts, after: ... -->`. All files of one document stand in one folder, so they can import each other.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface Block {
  readonly name: string;
  /** The code of the comment, then that of the block. */
  readonly code: string;
}

const marked = /<!-- file: ([\w.-]+\.ts)(?:, after:\n([\s\S]*?))?\s*-->\n```ts\n([\s\S]*?)```/g;

export function blocksIn(document: string): readonly Block[] {
  return [...document.matchAll(marked)].map(([, name = '', prelude = '', code = '']) => ({
    name,
    code: prelude === '' ? code : `${prelude}\n${code}`,
  }));
}

/** How many blocks of TypeScript a document has, marked or not. */
export function blockCount(document: string): number {
  return document.match(/^```ts\b/gm)?.length ?? 0;
}

/**
 * Writes the blocks and a tsconfig into `folder`, which is emptied first; it lies three folders below the root. The name of
 * a block may begin with a folder.
 */
export function writeProgram(folder: string, blocks: readonly Block[]): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const { name, code } of blocks) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), code);
  }
  const options = { rootDir: '.' };
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ extends: '../../../tsconfig.base.json', compilerOptions: options, include: ['**/*.ts'] }),
  );
}
