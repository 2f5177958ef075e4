/** The page of a memory dump as a browser shows it: light and dark, wide and narrow. */
import { drawMemory } from 'fenceline/dump';
import { expect, test } from 'vitest';
import { fullDump } from '../dump/full-dump.ts';
import { findChromium, openChromium } from './chromium.ts';

const { program, reason } = findChromium();

const rule = 'the page of a dump fits any width, follows the colours of the system, and asks for nothing';

test.skipIf(program === undefined)(
  `${rule}${reason && ` (skipped: ${reason})`}`,
  async () => {
    const long = { ...fullDump.buffers[1], label: 'a label without any space in it, or nearly so: '.repeat(3) };
    const buffers = [...fullDump.buffers.slice(0, 1), long as (typeof fullDump.buffers)[number]];
    const html = drawMemory({ ...fullDump, buffers });
    // This test runs only if there is a program.
    const chromium = await openChromium(program ?? '');
    try {
      const page = await chromium.context.newPage();
      const noise: string[] = [];
      page.on('console', (message) => noise.push(message.text()));
      page.on('request', (request) => noise.push(request.url()));
      const colours = new Set<string>();
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        for (const width of [1280, 700, 360]) {
          await page.setViewportSize({ width, height: 800 });
          await page.setContent(html);
          const seen = await page.evaluate(() => {
            const box = (selector: string) => document.querySelector(selector)?.getBoundingClientRect();
            const blocks = [...document.querySelectorAll('.map .block')].map((block) => block.getBoundingClientRect());
            return {
              overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
              map: box('.map')?.width ?? 0,
              blocks: blocks.map(({ left, right }) => [left, right]),
              background: getComputedStyle(document.body).backgroundColor,
            };
          });
          expect([width, seen.overflow]).toEqual([width, 0]);
          expect(seen.map).toBeGreaterThan(width * 0.75);
          // One after the other, and all in the picture.
          expect(seen.blocks.length).toBeGreaterThan(5);
          for (const [left = 0, right = 0] of seen.blocks) expect(right - left).toBeGreaterThan(0);
          colours.add(seen.background);
        }
      }
      expect(colours.size).toBe(2);
      expect(noise.filter((text) => text !== 'about:blank')).toEqual([]);
    } finally {
      await chromium.close();
    }
  },
  60_000,
);
