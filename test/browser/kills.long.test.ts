/** Workers of a page ended at random moments, under load, in Chromium: where one is installed. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Fixture } from './app/main.ts';
import { buildApplication } from './built-app.ts';
import { findChromium, openChromium } from './chromium.ts';
import { type Site, serveSite } from './site.ts';

declare const fixture: Fixture;
const { program, reason } = findChromium();
const seed = 20_261_120;

test('a machine without Chromium says that workers of a page are not ended here', () => {
  if (program === undefined) console.warn(reason);
  expect(reason === '').toBe(program !== undefined);
});

describe.skipIf(program === undefined)(`Chromium${reason && ` (skipped: ${reason})`}`, () => {
  let site: Site;
  let browser: Awaited<ReturnType<typeof openChromium>> | undefined;

  beforeAll(async () => {
    site = await serveSite((await buildApplication()).files);
    // This block runs only if there is a program.
    browser = await openChromium(program ?? '');
  }, 90_000);

  afterAll(async () => {
    await browser?.close();
    await site?.close();
  }, 30_000);

  test('every end is noticed, what was not hit is right, and nothing is left over', async () => {
    const page = await browser?.context.newPage();
    await page?.goto(site.isolated);
    await page?.waitForFunction(() => 'fixture' in globalThis);
    const seen = await page?.evaluate((from) => fixture.killAll(80, from), seed);
    console.log(`Chromium, seed ${seed}: ${JSON.stringify(seen)}`);
    expect(seen).toMatchObject({ wrong: 0, other: [], agents: 1, usedBytes: 0 });
    // Three to begin with; each that was ended got a successor.
    expect(seen?.made).toBe(3 + (seen?.replacedCount ?? 0));
    expect(seen?.replacedCount).toBeGreaterThan(5);
    expect(seen?.hit).toBeGreaterThan(0);
    expect(seen?.right).toBeGreaterThan(100);
  }, 600_000);
});
