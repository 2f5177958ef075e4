/** The application of test/browser/app, as Vite builds it for production. */
import { join } from 'node:path';
import { build } from 'vite';
import { root } from '../tidy/source.ts';

export interface BuiltApp {
  /** All files by name. Paths in them are relative, so that they may be served from any folder. */
  readonly files: ReadonlyMap<string, string>;
  /** The scripts that are started in workers. */
  readonly workers: readonly string[];
}

export async function buildApplication(): Promise<BuiltApp> {
  const built = await build({
    root: join(root, 'test', 'browser', 'app'),
    base: './',
    configFile: false,
    logLevel: 'error',
    worker: { format: 'es' },
    build: { write: false, target: 'es2022' },
  });
  if (!('output' in built)) throw new Error('Vite built something else than one application.');
  const files = new Map<string, string>();
  const workers: string[] = [];
  for (const file of built.output) {
    files.set(file.fileName, file.type === 'chunk' ? file.code : String(file.source));
    // What Vite builds for a worker, it hands to the page's build as a finished asset.
    if (file.type === 'asset' && !file.fileName.endsWith('.html')) workers.push(file.fileName);
  }
  return { files, workers };
}
