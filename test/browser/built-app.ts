/** The application of test/browser/app, as Vite builds it for production; and a page that loads the library as it is. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import { readText, root } from '../tidy/source.ts';

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

/** A page without a bundler: the library's own files, and the kernels of the smoke test by their URL. */
export function unbundledFiles(): ReadonlyMap<string, string> {
  const kernels = 'scripts/smoke/kernels.mjs';
  const page = `<!doctype html><script type="module">
    import { Space, workers } from './dist/index.js';
    const run = async () => {
      const space = Space.create({ budgetBytes: 2 ** 20 });
      const pool = await workers(space, new URL('./${kernels}', import.meta.url), { count: 1 });
      const src = space.buffer('i32', [3]);
      const dst = src.like();
      await src.set([1, 2, 3]);
      pool.run.double({ src, dst });
      return [...(await dst.get())];
    };
    globalThis.doubled = await run().catch(String);
  </script>`;
  const files = new Map([
    ['unbundled.html', page],
    [kernels, readText(kernels)],
  ]);
  for (const path of readdirSync(join(root, 'dist'), { recursive: true, encoding: 'utf8' })) {
    if (path.endsWith('.js')) files.set(`dist/${path}`, readFileSync(join(root, 'dist', path), 'utf8'));
  }
  return files;
}
