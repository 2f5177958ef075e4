/** The form that bundlers need survives a production build by Vite, and runs in Chromium where one is installed. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { beforeAll, describe, expect, test } from 'vitest';
import { findChromium } from '../browser/chromium.ts';
import { root } from '../tidy/source.ts';
import { serveSite, writeApplication } from './bundle.ts';

const { program, reason } = findChromium();
const files = new Map<string, string>();

beforeAll(async () => {
  const folder = join(root, 'build', 'docs', 'bundle');
  writeApplication(folder);
  const built = await build({
    root: folder,
    configFile: false,
    logLevel: 'error',
    worker: { format: 'es' },
    build: { write: false, target: 'es2022' },
  });
  if (!('output' in built)) throw new Error('Vite built something else than one application.');
  for (const file of built.output) {
    files.set(file.fileName, file.type === 'chunk' ? file.code : String(file.source));
  }
}, 60_000);

describe('a production build', () => {
  test('has the kernels as a chunk of JavaScript that still serves them', () => {
    const worker = [...files].find(([name]) => name.includes('kernels'));
    expect(worker?.[0]).toMatch(/\.js$/);
    expect(worker?.[1]).not.toMatch(/import type|: Uint8Array/);
    expect(worker?.[1]).toMatch(/invert/);
  });

  test('leaves the code of the kernels out of the page', () => {
    const page = [...files].find(
      ([name, code]) => !name.includes('kernels') && name.endsWith('.js') && code.includes('/result'),
    );
    expect(page?.[1]).not.toMatch(/255 ?-/);
  });
});

describe('Chromium', () => {
  test.skipIf(program === undefined)(
    `runs it on threads${reason && ` (skipped: ${reason})`}`,
    async () => {
      await using site = await serveSite(files);
      const profile = mkdtempSync(join(tmpdir(), 'fenceline-chromium-'));
      const args = [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--no-first-run',
        `--user-data-dir=${profile}`,
        site.url,
      ];
      // With its helpers, which write into the profile until they are gone too.
      const browser = spawn(program ?? '', args, { stdio: 'ignore', detached: true });
      try {
        const shown = JSON.parse(await site.result);
        expect(shown).toEqual({ isShared: true, data: Array.from({ length: 16 }, (_, i) => 255 - i) });
      } finally {
        if (browser.pid !== undefined) process.kill(-browser.pid, 'SIGKILL');
        await new Promise((resolve) => browser.once('exit', resolve));
        rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
      }
    },
    60_000,
  );
});
