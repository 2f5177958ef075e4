/** Deliberate differences are named, documented, and explain only what they say. */
import { describe, expect, test } from 'vitest';
import { exceptionFor, exceptions } from '#fenceline/replay/exceptions.js';
import { runSequence } from '#fenceline/replay/run-sequence.js';
import { parseTrace } from '#fenceline/replay/trace.js';
import { readText } from '../tidy/source.ts';

const escaped = (text: string): string => text.replaceAll('|', '\\|');

describe('the table of exceptions', () => {
  test('is the one in docs/kernel-map.md', () => {
    const [, table = ''] =
      readText('docs/kernel-map.md').match(/<!-- exceptions -->\n([\s\S]*?)<!-- end of exceptions -->/) ?? [];
    const rows = exceptions.map(
      ({ name, operations, precondition, why }) =>
        `| ${name} | ${operations.map((one) => `\`${one}\``).join(', ')} | ${escaped(precondition)} | ${escaped(why)} |`,
    );
    expect(table.trim().split('\n').slice(2)).toEqual(rows);
  });

  test('names each once', () => {
    expect(new Set(exceptions.map(({ name }) => name)).size).toBe(exceptions.length);
  });
});

/** Replays operations with the last answer changed; the name of the exception taken for it, or 'fails', or 'same'. */
async function outcomeOf(
  lines: readonly (readonly [string, object])[],
  pending: readonly string[] = [],
): Promise<string> {
  const records = lines.map(([op, fields], i) => JSON.stringify({ i, op, ...fields }));
  const text = ['{"seq":"a"}', ...records, `{"end":"a","pending":${JSON.stringify(pending)}}`].join('\n');
  const [sequence] = parseTrace(text, 'x');
  if (sequence === undefined) throw new Error('The text holds a sequence.');
  const { difference, excepted } = await runSequence(sequence);
  if (difference !== undefined) return `fails at ${difference.operation.text}`;
  return [...excepted.keys()].map(({ name }) => name).join(' ') || 'same';
}

const ok = { rc: 0 };
const pairOfTwo = [
  ['tl_new t0', ok],
  ['tl_new t1', ok],
  ['tl_fence t0 f0 1', ok],
  ['tl_fence t1 f1 1', ok],
  ['sf_merge f2 f0 f1 m', ok],
] as const;
const listed = [
  { d: 'sw_sync', o: 't0:', s: -2, ts: 5 },
  { d: 'sw_sync', o: 't1:', s: 1, ts: 6 },
];

describe('array-shows-errors', () => {
  const over = [...pairOfTwo, ['close t0', ok], ['tl_inc t1 1', ok]] as const;

  test('explains an array of Linux that nobody polled, and nothing else of it', async () => {
    const shown = (changes: object) => ({ rc: 0, st0: -2, st: -2, n: 2, name: 'm', f: listed, ...changes });
    expect(await outcomeOf([...over, ['sf_info f2', shown({})]])).toBe('same');
    expect(await outcomeOf([...over, ['sf_info f2', shown({ st0: 1 })]])).toBe('array-shows-errors');
    expect(await outcomeOf([...over, ['sf_info f2', shown({ st0: 0 })]])).toBe('fails at sf_info f2');
    expect(await outcomeOf([...over, ['sf_info f2', shown({ st0: 1, st: 1 })]])).toBe('fails at sf_info f2');
    expect(await outcomeOf([...over, ['sf_infon f2 0', { rc: 0, st: 1, n: 2, name: 'm' }]])).toBe('array-shows-errors');
  });

  test('does not explain a failure of one fence alone', async () => {
    const one = { rc: 0, st0: 1, st: -2, n: 1, name: 'sw_sync-t0:{+1}-1', f: [listed[0]] };
    expect(await outcomeOf([...over, ['sf_info f0', one]])).toBe('fails at sf_info f0');
  });
});

describe('merge-keeps-errors', () => {
  const merged = [
    ['tl_new t0', ok],
    ['tl_new t1', ok],
    ['tl_fence t0 f0 1', ok],
    ['tl_fence t1 f1 1', ok],
    ['close t0', ok],
    ['sf_merge f2 f0 f1 m', ok],
  ] as const;
  const other = { d: 'sw_sync', o: 't1:', s: 0, ts: null };

  test('explains a failure that Linux drops from a merge', async () => {
    const shown = { rc: 0, st0: 0, st: 0, n: 1, name: 'm', f: [other] };
    expect(await outcomeOf([...merged, ['sf_info f2', shown]])).toBe('merge-keeps-errors');
    expect(await outcomeOf([...merged, ['sf_infon f2 1', { rc: 0, st: 0, n: 1, name: 'm', f: [other] }]])).toBe(
      'merge-keeps-errors',
    );
  });

  test('explains neither another name, nor another fence, nor a failure that was not there', async () => {
    const shown = (changes: object) => ({ rc: 0, st0: 0, st: 0, n: 1, name: 'm', f: [other], ...changes });
    const fails = 'fails at sf_info f2';
    expect(await outcomeOf([...merged, ['sf_info f2', shown({ name: 'n' })]])).toBe(fails);
    expect(await outcomeOf([...merged, ['sf_info f2', shown({ f: [{ ...other, o: 't2:' }] })]])).toBe(fails);
    expect(await outcomeOf([...pairOfTwo, ['sf_info f2', shown({})]])).toBe(fails);
  });
});

test('an exception is for its operations alone', () => {
  const operation = { index: 0, text: 'poll f0 i', name: 'poll', args: [], expected: { rc: 0 } };
  expect(
    exceptionFor(
      { operation, actual: { rc: 1 } },
      { session: undefined, kernel: undefined, operations: [], forgotten: undefined },
    ),
  ).toBe(undefined);
});

describe('merge-keeps-errors-in-reservations', () => {
  const imported = [
    ['tl_new t0', ok],
    ['tl_fence t0 f0 1', ok],
    ['tl_fence t0 f1 5', ok],
    ['close t0', ok],
    ['sf_merge f2 f0 f0 m', ok],
    ['bo_new b0 heap 4096', ok],
    ['db_import b0 f2 2', ok],
  ] as const;
  const shown = (...resv: readonly unknown[]) => ({ rc: 0, resv, found: 1 });

  test('explains a failure in place of a stub', async () => {
    expect(await outcomeOf([...imported, ['db_resv b0', shown(['write', 'sw_sync', 't0:', 1, 1])]])).toBe('same');
    expect(await outcomeOf([...imported, ['db_resv b0', shown(['write', 'stub', 'stub', 0, 1])]])).toBe(
      'merge-keeps-errors-in-reservations',
    );
  });

  test('explains nothing that is pending', async () => {
    const pending = shown(['write', 'sw_sync', 't1:', 1, 0]);
    expect(await outcomeOf([...imported, ['db_resv b0', pending]])).toBe('fails at db_resv b0');
    const success = [['tl_new t0', ok], ['tl_fence t0 f0 0', ok], ...imported.slice(5, 6)] as const;
    const done = [...success, ['db_import b0 f0 2', ok]] as const;
    expect(await outcomeOf([...done, ['db_resv b0', shown(['write', 'stub', 'stub', 0, 1])]])).toBe(
      'fails at db_resv b0',
    );
  });
});

describe('old-time-stamps-are-dropped', () => {
  const signals = (count: number) =>
    Array.from({ length: count }, (): readonly [string, object] => ['tl_inc t0 1', ok]);
  const begin = [
    ['tl_new t0', ok],
    ['tl_fence t0 f0 1', ok],
  ] as const;
  const info = (ts: number) => ({
    ...{ rc: 0, st0: 1, st: 1, n: 1, name: 'sw_sync-t0:{+1}-1' },
    f: [{ d: 'sw_sync', o: 't0:', s: 1, ts }],
  });

  test('explains a stamp that 24 later signals have pushed out, and no other', async () => {
    expect(await outcomeOf([...begin, ...signals(20), ['sf_info f0', info(2)]])).toBe('same');
    expect(await outcomeOf([...begin, ...signals(30), ['sf_info f0', info(2)]])).toBe('old-time-stamps-are-dropped');
    expect(await outcomeOf([...begin, ...signals(30), ['sf_info f0', info(20)]])).toBe('fails at sf_info f0');
    expect(await outcomeOf([...begin, ...signals(20), ['sf_info f0', info(3)]])).toBe('fails at sf_info f0');
  });
});

describe('access-waits-for-what-was-there', () => {
  const begin = [
    ['tl_new t0', ok],
    ['tl_fence t0 f0 1', ok],
    ['tl_fence t0 f1 2', ok],
    ['bo_new b0 heap 4096', ok],
    ['db_import b0 f0 2', ok],
    ['db_async w0 b0 1', ok],
  ] as const;
  const ended = { rc: 0, ev: [{ w: 'w0', rc: 0 }] };
  const added = [...begin, ['db_import b0 f1 2', ok]] as const;

  test('explains a wait that ends earlier or later, after a fence was added', async () => {
    expect(await outcomeOf([...begin, ['tl_inc t0 1', ended]])).toBe('same');
    expect(await outcomeOf([...added, ['tl_inc t0 1', ok], ['tl_inc t0 1', ended]])).toBe(
      'access-waits-for-what-was-there',
    );
  });

  test('explains one that is asleep at the end in Linux alone', async () => {
    expect(await outcomeOf([...added, ['tl_inc t0 1', ended]], ['w0'])).toBe('access-waits-for-what-was-there');
    expect(await outcomeOf([...begin, ['tl_inc t0 1', ended]], ['w0'])).toBe('fails at end');
  });

  test('explains neither a wait that nothing was added to, nor another answer', async () => {
    expect(await outcomeOf([...begin, ['tl_inc t0 1', ok]])).toBe('fails at tl_inc t0 1');
    expect(await outcomeOf([...added, ['tl_inc t0 1', { rc: 1 }]])).toBe('fails at tl_inc t0 1');
  });
});

describe('fences-expire-one-by-one', () => {
  const vgem = { rc: 0, h: 1 };
  const one = [
    ['bo_new b0 vgem 4096 0', vgem],
    ['vg_attach v0 b0 0', vgem],
    ['poll_async w0 b0 o inf', ok],
  ] as const;
  const two = [
    ...([
      ['bo_new b0 vgem 4096 0', vgem],
      ['bo_new b1 vgem 4096 0', { rc: 0, h: 2 }],
      ['vg_attach v0 b0 1', vgem],
    ] as const),
    ['vg_attach v1 b1 0', { rc: 0, h: 2 }],
    ['db_export f0 b1 2', ok],
    ['db_import b0 f0 1', ok],
    ['poll_async w0 b0 io inf', ok],
  ] as const;
  const slept = (rev: string) => ({ rc: 0, ev: [{ w: 'w0', rc: 1, rev }] });

  test('explains that a poll finds more after several have expired at once', async () => {
    expect(await outcomeOf([...two, ['sleep 12000', slept('i')]])).toBe('same');
    expect(await outcomeOf([...two, ['sleep 12000', slept('io')]])).toBe('fences-expire-one-by-one');
  });

  test('explains neither one alone, nor a wait that does not end', async () => {
    expect(await outcomeOf([...one, ['sleep 12000', slept('io')]])).toBe('fails at sleep 12000');
    expect(await outcomeOf([...two, ['sleep 12000', ok]])).toBe('fails at sleep 12000');
  });
});

describe('wrapped-number-forgets-nothing', () => {
  const begin = [
    ['tl_new t0', ok],
    ['tl_fence t0 f0 9', ok],
    ['tl_fence t0 f1 2147483648', ok],
    ['bo_new b0 heap 4096', ok],
    ['db_import b0 f0 1', ok],
  ] as const;
  const shown = (...resv: readonly unknown[]) => ({ rc: 0, resv, found: 1 });
  const over = ['write', 'sw_sync', 't0:', 2147483648, 1];

  test('explains a pending fence that Linux has dropped, in lists, polls and exports', async () => {
    const replaced = [...begin, ['db_import b0 f1 2', ok]] as const;
    expect(await outcomeOf([...replaced, ['db_resv b0', shown(over)]])).toBe('wrapped-number-forgets-nothing');
    expect(await outcomeOf([...replaced, ['poll b0 io', { rc: 1, rev: 'io' }]])).toBe('wrapped-number-forgets-nothing');
    const stub = { rc: 0, st0: 1, st: 1, n: 1, name: 'stub-stub{0}-0', f: [{ d: 'stub', o: 'stub', s: 1, ts: -1 }] };
    expect(await outcomeOf([...replaced, ['db_export f2 b0 2', ok], ['sf_info f2', stub]])).toBe(
      'wrapped-number-forgets-nothing',
    );
  });

  test('follows what was made of such a buffer: exports, imports of them, waits, attached fences, deadlines', async () => {
    const name = 'wrapped-number-forgets-nothing';
    const replaced = [...begin, ['db_import b0 f1 2', ok], ['db_export f2 b0 2', ok], ['dup f3 f2', ok]] as const;
    expect(await outcomeOf([...replaced, ['poll f3 i', { rc: 1, rev: 'i' }]])).toBe(name);
    expect(await outcomeOf([...replaced, ['tl_deadline t0 f3', { rc: -22, err: 'EINVAL' }]])).toBe(name);
    const other = [...replaced, ['bo_new b1 heap 4096', ok], ['db_import b1 f3 2', ok]] as const;
    expect(await outcomeOf([...other, ['poll b1 i', { rc: 1, rev: 'i' }]])).toBe(name);
    const ended = { rc: 0, ev: [{ w: 'w0', rc: 1, rev: 'o' }] };
    expect(await outcomeOf([...replaced, ['poll_async w0 b0 o inf', ended]], [])).toBe(name);
    const alone = [...begin, ['bo_new b1 heap 4096', ok], ['db_import b1 f0 2', ok]] as const;
    expect(await outcomeOf([...alone, ['poll b1 i', { rc: 1, rev: 'i' }]])).toBe('fails at poll b1 i');
  });

  test('explains the names of contexts that come after an array with what Linux has dropped, by as many', async () => {
    const replaced = [...begin, ['tl_new t1', ok], ['tl_fence t1 f5 1', ok], ['db_import b0 f5 2', ok]] as const;
    const exported = [...replaced, ['db_import b0 f1 2', ok], ['db_export f2 b0 3', ok], ['tl_new t2', ok]] as const;
    const named = (context: number) => ({
      ...{ rc: 0, st0: 0, st: 0, n: 1, name: `sw_sync-t2:{+${context}}-1` },
      f: [{ d: 'sw_sync', o: 't2:', s: 0, ts: null }],
    });
    const asked = [...exported, ['tl_fence t2 f6 1', ok]] as const;
    expect(await outcomeOf([...asked, ['sf_info f6', named(4)]])).toBe('same');
    expect(await outcomeOf([...asked, ['sf_info f6', named(3)]])).toBe('wrapped-number-forgets-nothing');
    expect(await outcomeOf([...asked, ['sf_info f6', named(2)]])).toBe('fails at sf_info f6');
    expect(await outcomeOf([...asked, ['sf_info f6', named(5)]])).toBe('fails at sf_info f6');
  });

  test('does not explain one without such a number, nor one that is missing here', async () => {
    expect(await outcomeOf([...begin, ['db_resv b0', shown()]])).toBe('fails at db_resv b0');
    expect(await outcomeOf([...begin, ['poll b0 io', { rc: 1, rev: 'io' }]])).toBe('fails at poll b0 io');
    const replaced = [...begin, ['db_import b0 f1 2', ok]] as const;
    const other = ['read', 'sw_sync', 't5:', 1, 0];
    expect(await outcomeOf([...replaced, ['db_resv b0', shown(over, other)]])).toBe('fails at db_resv b0');
  });
});

describe('errors of arrays in the kernel', () => {
  const begin = [
    ['fnew 0 0 1 4', ok],
    ['fnew 1 1 1 4', ok],
    ['merge 2 0 1', { rc: 0, kind: 'array', list: ['f0', 'f1'] }],
    ['err 0 5', ok],
    ['err 1 110', ok],
  ] as const;
  const over = [
    ['sig 1', ok],
    ['sig 0', ok],
  ] as const;

  test('are shown though nobody waited for the array', async () => {
    expect(await outcomeOf([...begin, ...over, ['st 2', { rc: -5 }]])).toBe('same');
    expect(await outcomeOf([...begin, ...over, ['st 2', { rc: 1 }]])).toBe('array-shows-errors-in-the-kernel');
    expect(await outcomeOf([...begin, ['fwait 2', ok], ...over, ['st 2', { rc: 1 }]])).toBe('fails at st 2');
    expect(await outcomeOf([...begin, ...over, ['st 2', ok]])).toBe('fails at st 2');
  });

  test('may be another of several', async () => {
    expect(await outcomeOf([...begin, ...over, ['st 2', { rc: -110 }]])).toBe('array-shows-another-error');
    expect(await outcomeOf([...begin, ...over, ['st 2', { rc: -2 }]])).toBe('fails at st 2');
    expect(await outcomeOf([...begin, ...over, ['st 1', { rc: -5 }]])).toBe('fails at st 1');
  });
});

describe('gives-way-to-holders-only', () => {
  const begin = [
    ['wclass 1', ok],
    ['wi 0', ok],
    ['wi 1', ok],
    ['wi 2', ok],
    ['wl 2 0', ok],
  ] as const;
  const blocked = { rc: 'blocked' };
  const end = [
    ['wu 2 0', { rc: 0, ev: ['w0:0'] }],
    ['wu 0 0', { rc: 0, ev: ['w1:0'] }],
    ['wl 1 1', ok],
    ['wu 1 1', ok],
    ['wu 1 0', ok],
  ] as const;

  test('explains who comes behind an older waiter, and what follows is compared', async () => {
    const met = [...begin, ['wl 0 0', blocked], ['wl 1 1', ok], ['wl 1 0', { rc: -35 }]] as const;
    const retried = [...met, ['wu 1 1', ok], ['ws 1 0', blocked]] as const;
    expect(await outcomeOf([...retried, ...end])).toBe('gives-way-to-holders-only');
    expect(await outcomeOf([...retried, ['wu 2 0', { rc: 0, ev: ['w1:0'] }]])).toBe('fails at wu 2 0');
  });

  test('explains who waits when an older one comes, and what follows is compared', async () => {
    const waits = [...begin, ['wl 1 1', ok], ['wl 1 0', blocked]] as const;
    const met = [...waits, ['wl 0 0', { rc: 'blocked', ev: ['w1:-35'] }]] as const;
    expect(await outcomeOf([...met, ['wu 1 1', ok], ['ws 1 0', blocked], ...end])).toBe('gives-way-to-holders-only');
  });

  test('explains neither who holds nothing, nor an older one, nor the other class', async () => {
    const fails = 'fails at wl 1 0';
    expect(await outcomeOf([...begin, ['wl 0 0', blocked], ['wl 1 0', { rc: -35 }]])).toBe(fails);
    expect(await outcomeOf([...begin, ['wl 1 1', ok], ['wl 1 0', { rc: -35 }]])).toBe(fails);
    const wounding = [['wclass 0', ok], ...begin.slice(1), ['wl 0 0', blocked], ['wl 1 1', ok]] as const;
    expect(await outcomeOf([...wounding, ['wl 1 0', { rc: -35 }]])).toBe(fails);
    const reversed = [...begin, ['wl 1 0', blocked], ['wl 0 1', ok], ['wl 0 0', { rc: -35 }]] as const;
    expect(await outcomeOf(reversed)).toBe('fails at wl 0 0');
  });
});
