/** The page of a dump: what stands on it, and that it stays a page whatever the dump holds. */
import { type BlockDump, type BufferDump, drawMemory, type MemoryDump } from 'fenceline/dump';
import { describe, expect, test } from 'vitest';
import { fullDump } from './full-dump.ts';

const page = drawMemory(fullDump);

/** Tags in order, and whether each is closed by its own. */
function openTags(html: string): readonly string[] {
  const open: string[] = [];
  const content = html.replace(/<style>[\s\S]*?<\/style>/, '');
  for (const [, slash, name = '', rest = ''] of content.matchAll(/<(\/?)([a-z1-9]+)([^>]*)>/gi)) {
    if (['meta', 'br'].includes(name) || rest.endsWith('/')) continue;
    if (slash === '') open.push(name);
    else if (open.pop() !== name) expect.fail(`The tag </${name}> closes another one.`);
  }
  return open;
}

/** A heap of so many buffers of 4 KiB, every other of them free. */
function dumpOf(blockCount: number, label: (index: number) => string): MemoryDump {
  const sizeBytes = 4096;
  const blocks: BlockDump[] = [];
  const buffers: BufferDump[] = [];
  // The example has several.
  const [heap, base] = [fullDump.heaps[0] as MemoryDump['heaps'][number], fullDump.buffers[1] as BufferDump];
  for (let index = 0; index < blockCount; index++) {
    const startBytes = index * sizeBytes;
    const isFree = index % 2 === 1;
    blocks.push({ startBytes, sizeBytes, state: isFree ? 'free' : 'used', buffer: isFree ? null : index, agent: null });
    if (!isFree) buffers.push({ ...base, id: index, label: label(index), startBytes });
  }
  const capacityBytes = Math.max(blockCount, 1) * sizeBytes;
  return {
    ...fullDump,
    heaps: [{ ...heap, capacityBytes, budgetBytes: capacityBytes, blocks }],
    buffers,
    history: null,
  };
}

describe('the page', () => {
  test('loads nothing and runs nothing', () => {
    expect(page).not.toMatch(/<script|<link|<img|<iframe|\son\w+=|url\((?!#)|@import|https?:|src=|href=/i);
  });

  test('has each tag closed', () => {
    expect(openTags(page)).toEqual([]);
    expect(() => openTags('<p><b></p>')).toThrow();
  });

  test('names every heap, buffer, client, kernel and transaction, and why a buffer stays', () => {
    const named = ['system', 'swap', 'photo', 'idle', 'swapped out', 'renderer', 'guest', 'blur', 'buffer 2'];
    for (const name of named) expect(page, name).toContain(name);
    for (const why of [
      'pinned by agent 1',
      'locked by agent 0, ticket 3',
      'write fence blur 7',
      'It runs on agent 1.',
    ]) {
      expect(page, why).toContain(why);
    }
    for (const wait of ['4.00 KiB of heap system', 'the lock of photo, which agent 0 holds', 'its turn', 'upload 2']) {
      expect(page, wait).toContain(wait);
    }
    expect(page).toContain('changed while it was read');
    expect(page).toContain('3 earlier events of all kinds had been overwritten');
    expect(page).toContain('system → dropped');
  });

  test('draws what moved where, with a mark where a stay ended elsewhere', () => {
    const [, time = ''] = /<svg class="time"[^>]*system[^>]*>(.*?)<\/svg>/.exec(page) ?? [];
    expect(time.match(/class="stay"/g)?.length).toBeGreaterThanOrEqual(5);
    expect(time.match(/class="gone"/g)).toHaveLength(1);
    expect(page.match(/class="used"/g)).toHaveLength(2);
  });

  test('shows what a label holds as text, however it is made', () => {
    const label = '<script>alert("x")</script>&amp;\u0000\ud800';
    const html = drawMemory(dumpOf(2, () => label));
    expect(html).not.toContain('<script');
    expect(html).toContain('&#60;script&#62;alert(&#34;x&#34;)');
    expect(openTags(html)).toEqual([]);
  });

  test('shortens a long label in the table, and keeps all of it in the tooltip', () => {
    const label = `${'a'.repeat(60)} 17`;
    const html = drawMemory(dumpOf(2, () => label));
    expect(html).toContain(`title="${label}"`);
    expect(html).toMatch(/>a{24}…a+ 17</);
  });

  test('of an empty space is a page', () => {
    const html = drawMemory({ ...dumpOf(0, () => ''), jobs: [], transactions: [], clients: [], agents: [], heaps: [] });
    expect(openTags(html)).toEqual([]);
    expect(html).toContain('There are none.');
  });

  test('of ten thousand blocks stays below a megabyte, and still says how many there are', () => {
    const html = drawMemory(dumpOf(10_000, (index) => `tile ${index}`));
    expect(html.length).toBeLessThan(2 ** 20);
    expect(html.match(/<rect/g)?.length).toBeLessThan(8000);
    expect(html).toContain('5,000 blocks in use');
    expect(html).toContain('and 4,700 smaller buffers with 18.4 MiB, 0 of which cannot be moved');
    // Half of each column that is drawn for several blocks is in use.
    expect(html).toMatch(/2 pieces, [\d.]+ KiB at \d+: 1 can be moved, 1 free|3 pieces/);
  });

  test('of a very long history is a grid, as strong as each place was full', () => {
    const events = Array.from({ length: 20_000 }, (_, index) => {
      const startBytes = ((index >> 1) % 8) * 4096;
      const what = index % 2 === 0 ? ('placed' as const) : ('freed' as const);
      const where = { heap: 'system', from: null, startBytes, sizeBytes: 4096 };
      return { atMs: index / 100, agent: 0, what, buffer: index >> 1, label: null, ...where };
    });
    const html = drawMemory({ ...fullDump, history: { lost: 0, events } });
    expect(html).toContain('stays of buffers, the fuller the stronger');
    expect(html.length).toBeLessThan(2 ** 20);
  });
});

test('what is no dump is not drawn', () => {
  const noDump = { ...fullDump, version: 2 } as unknown as MemoryDump;
  expect(() => drawMemory(noDump)).toThrow(
    'The memory dump cannot be drawn. It is of version 2, and this program reads version 1.',
  );
});
