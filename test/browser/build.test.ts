/** The form of a pool that bundlers need survives a production build by Vite: what can be seen without a browser. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { gzipSync } from 'node:zlib';
import { Space, workers } from 'fenceline';
import { timeline } from 'fenceline/sync';
import { parseSync } from 'oxc-parser';
import { beforeAll, describe, expect, test } from 'vitest';
import { root } from '../tidy/source.ts';
import type kernels from './app/kernels.ts';
import { height, pixelsOf, width } from './app/picture.ts';
import { type BuiltApp, buildApplication } from './built-app.ts';

let app: BuiltApp;
/** Name and text of the built worker of kernels.ts. */
let worker: readonly [string, string];

beforeAll(async () => {
  app = await buildApplication();
  const name = app.workers.find((one) => /\/kernels-/.test(one)) ?? '';
  worker = [name, app.files.get(name) ?? ''];
  for (const [file, code] of app.files) {
    console.log(`${file}: ${code.length} characters, ${gzipSync(code).length} bytes compressed`);
  }
}, 60_000);

const scripts = (): readonly (readonly [string, string])[] => [...app.files].filter(([name]) => name.endsWith('.js'));
const syntaxOf = (code: string) => parseSync('built.js', code, { sourceType: 'module' });

describe('a production build', () => {
  test('has a script for each worker, and no other asset', () => {
    expect(app.workers).toHaveLength(3);
    for (const name of app.workers) expect(name).toMatch(/(kernels|guest)-[\w-]+\.js$/);
  });

  test('is JavaScript throughout', () => {
    for (const [name, code] of scripts()) expect([name, syntaxOf(code).errors]).toEqual([name, []]);
  });

  test('drops the exports of the module of kernels, which is why serve is a call', () => {
    expect(syntaxOf(worker[1]).module.staticExports).toEqual([]);
  });

  test('imports nothing but its own files', () => {
    const found = scripts().flatMap(([, code]) => {
      const { staticImports } = syntaxOf(code).module;
      return staticImports.map(({ moduleRequest }) => moduleRequest.value);
    });
    expect(found.filter((specifier) => !specifier.startsWith('./'))).toEqual([]);
    expect(found.length).toBeGreaterThan(0);
  });

  test('packs no script as a data: URL', () => {
    for (const [name, code] of scripts()) expect([name, /data:text\/javascript/.test(code)]).toEqual([name, false]);
  });

  test('leaves kernels out of the script of the page: one copy for its worker, one for inline', () => {
    const holders = scripts().filter(([, code]) => /threshold: ?.f32/.test(code));
    expect(holders.map(([name]) => name.replace(/-[\w-]+\.js$/, '')).sort()).toEqual([
      'assets/kernels',
      'assets/kernels',
    ]);
  });

  test('serves its kernels: the very file, run by a thread of Node', async () => {
    const folder = join(root, 'build', 'browser');
    mkdirSync(folder, { recursive: true });
    const file = join(folder, 'kernels.mjs');
    writeFileSync(file, worker[1]);
    await using space = Space.create({ budgetBytes: 2 ** 20 });
    await using pool = await workers<typeof kernels>(space, () => new Worker(file), { count: 2 });
    const src = space.buffer('u8', [height, width, 4]);
    const dst = src.like();
    await src.set(pixelsOf());
    pool.run.blur({ src, dst, radius: 0 });
    expect([...(await dst.get())]).toEqual([...pixelsOf()]);
    // An import for its effect alone is still there.
    using line = timeline(space, 'line');
    expect(await pool.run.openLine({ line: line.handle }).wait()).toBe('function');
  });
});
