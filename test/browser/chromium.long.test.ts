/** The built application in Chromium: with and without the headers of isolation, and with workers that are ended. */
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Fixture } from './app/main.ts';
import { plainPicture } from './app/picture.ts';
import { buildApplication, unbundledFiles } from './built-app.ts';
import { findChromium, openChromium } from './chromium.ts';
import { type Site, serveSite } from './site.ts';

const { program, reason } = findChromium();

test('a machine without Chromium says that these tests are not run', () => {
  const nowhere = findChromium({ CHROMIUM: '/nowhere/chromium' });
  expect(nowhere.program).toBeUndefined();
  expect(nowhere.reason).toContain('/nowhere/chromium');
  if (program === undefined) console.warn(reason);
  expect(reason === '').toBe(program !== undefined);
});

describe.skipIf(program === undefined)(`Chromium${reason && ` (skipped: ${reason})`}`, () => {
  let site: Site;
  let context: BrowserContext;
  let closeBrowser: () => Promise<void> = async () => {};

  beforeAll(async () => {
    site = await serveSite(new Map([...(await buildApplication()).files, ...unbundledFiles()]));
    // This block runs only if there is a program.
    ({ context, close: closeBrowser } = await openChromium(program ?? ''));
  }, 90_000);

  afterAll(async () => {
    await closeBrowser();
    await site?.close();
  }, 30_000);

  describe('a page with the headers', () => {
    test('draws with two workers what a plain loop draws, and its own thread never tries to block', async () => {
      const page = await openPage(context, site.isolated);
      const { picture, isShared, waits } = await page.evaluate(() => fixture.quickstart());
      expect(isShared).toBe(true);
      expect(picture).toEqual(plainPicture());
      expect(waits).toBe(0);
      expect(warningsOf(page)).toEqual([]);
    });

    test('closes an idle pool before it would end threads (2 s)', async () => {
      const page = await openPage(context, site.isolated);
      const { closeMs } = await page.evaluate(() => fixture.quickstart());
      expect(closeMs).toBeLessThan(2000);
    });

    test('notices a busy worker that is ended behind its back, but not before it has stopped', async () => {
      const page = await openPage(context, site.isolated);
      const seen = await page.evaluate(() => fixture.crash());
      console.log(
        `Chromium: a busy worker was proven to have stopped ${Math.round(seen.proofMs)} ms after terminate()`,
      );
      expect(seen.codes).toContain('EOWNERDEAD');
      expect(seen.roundsAfterProof).toBe(0);
      expect(seen.crashes).toEqual([{ worker: seen.victim, replaced: true }]);
      expect(seen.made).toBe(3);
      expect(seen.picture).toEqual(plainPicture());
      expect(seen.waits).toBe(0);
    }, 60_000);

    test('closes a pool whose worker does not listen, once it has stopped', async () => {
      const page = await openPage(context, site.isolated);
      const seen = await page.evaluate(() => fixture.closeBusy());
      expect(seen).toEqual({ status: 'failed', roundsAfterClose: 0, agents: 1 });
    }, 60_000);

    test('hears of the end of a thread that joined by itself, and of its workers, and takes the lock it held', async () => {
      const page = await openPage(context, site.isolated);
      const seen = await page.evaluate(() => fixture.endGuest());
      console.log(
        `Chromium: the lock of an ended thread was passed on ${Math.round(seen.proofMs)} ms after terminate()`,
      );
      const { before, after, roundsAfterProof, account } = seen;
      expect({ before, after, roundsAfterProof, account }).toEqual({
        before: 3,
        after: 1,
        roundsAfterProof: 0,
        account: [42],
      });
    }, 60_000);

    test('says at once that a script is not there, and waits for a module that serves late', async () => {
      const page = await openPage(context, site.isolated);
      const { missing, late } = await page.evaluate(() => fixture.loading());
      expect(missing).toMatch(/could not be loaded/);
      expect(late).toEqual([7, 7, 7, 7]);
    });
  });

  test('kernels may be given by URL where nothing is bundled', async () => {
    const page = await context.newPage();
    await page.goto(`${site.isolated}unbundled.html`);
    await page.waitForFunction(() => 'doubled' in globalThis);
    expect(await page.evaluate(() => (globalThis as { doubled?: unknown }).doubled)).toEqual([2, 4, 6]);
  });

  describe('a page without the headers', () => {
    test('draws the same on its own thread, and says once which headers it lacks', async () => {
      const page = await openPage(context, site.plain);
      const { picture, isShared, waits } = await page.evaluate(() => fixture.quickstart());
      expect(isShared).toBe(false);
      expect(picture).toEqual(plainPicture());
      expect(waits).toBe(0);
      expect(warningsOf(page)).toHaveLength(1);
      expect(warningsOf(page)[0]).toContain('Cross-Origin-Opener-Policy: same-origin');
      expect(warningsOf(page)[0]).toContain('Cross-Origin-Embedder-Policy: require-corp');
    });

    test('forbids a pool that has no kernels for this thread', async () => {
      const page = await openPage(context, site.plain);
      expect(await page.evaluate(() => fixture.withoutInline())).toContain("'inline: () => import(...)'");
    });
  });
});

/** What main.ts leaves for the tests; named in functions that run in the page. */
declare const fixture: Fixture;

const warnings: WeakMap<Page, string[]> = new WeakMap();

async function openPage(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage();
  const texts: string[] = [];
  warnings.set(page, texts);
  page.on('console', (message) => {
    if (message.type() === 'warning') texts.push(message.text());
  });
  await page.goto(url);
  await page.waitForFunction(() => 'fixture' in globalThis);
  return page;
}

function warningsOf(page: Page): readonly string[] {
  return warnings.get(page) ?? [];
}
