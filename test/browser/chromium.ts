/** A Chromium to test with, if this machine has one: `CHROMIUM` names it, or it is where Debian puts it. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';

/** The program; or undefined, and why. */
export interface Found {
  readonly program: string | undefined;
  readonly reason: string;
}

export function findChromium(env: NodeJS.ProcessEnv = process.env): Found {
  const program = env.CHROMIUM ?? '/usr/bin/chromium';
  const { status } = spawnSync(program, ['--version'], { timeout: 30_000 });
  if (status === 0) return { program, reason: '' };
  const reason = `There is no Chromium at ${program}: what only a browser shows is not tested here. Set CHROMIUM to its path.`;
  return { program: undefined, reason };
}

export async function openChromium(program: string): Promise<{ context: BrowserContext; close(): Promise<void> }> {
  const profile = mkdtempSync(join(tmpdir(), 'fenceline-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: program,
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  const close = async (): Promise<void> => {
    await context.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  };
  return { context, close };
}
