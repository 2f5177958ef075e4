/** Traces are read whole or refused with the line that is wrong. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parseTrace, readTrace, TraceError } from '#fenceline/replay/trace.js';

const good = [
  '{"seq":"a"}',
  '{"i":0,"op":"tl_new  t0","rc":0}',
  '{"i":1,"op":"poll t0 i","rc":1,"rev":"i","ev":[{"w":"w0","rc":0}]}',
  '{"end":"a","ops":2,"pending":["w1"]}',
  '',
].join('\n');

describe('a trace', () => {
  test('is sequences of operations with what the kernel answered', () => {
    const [sequence, ...others] = parseTrace(good, 'x');
    expect(others).toEqual([]);
    expect(sequence).toEqual({
      name: 'a',
      line: 1,
      operations: [
        { index: 0, text: 'tl_new  t0', name: 'tl_new', args: ['t0'], expected: { rc: 0 } },
        {
          index: 1,
          text: 'poll t0 i',
          name: 'poll',
          args: ['t0', 'i'],
          expected: { rc: 1, rev: 'i', ev: [{ w: 'w0', rc: 0 }] },
        },
      ],
      pending: ['w1'],
    });
  });

  test('is read packed or not, whatever its file is called', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fenceline-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const [plain, packed] = [join(folder, 'plain.gz'), join(folder, 'packed.jsonl')];
    writeFileSync(plain, good);
    writeFileSync(packed, gzipSync(good));
    expect(await readTrace(packed)).toEqual(await readTrace(plain));
  });

  test.each([
    ['', 'The trace x holds no sequence.'],
    ['{', 'Line 1 of the trace x is not what a trace has: it is not JSON.'],
    ['[]', 'Line 1 of the trace x is not what a trace has: it is not an object.'],
    ['{"seq":"a"}', "Line 1 of the trace x is not what a trace has: sequence 'a' has no end."],
    [
      '{"seq":"a"}\n{"seq":"b"}',
      "Line 2 of the trace x is not what a trace has: sequence 'a' has no end before the next one begins.",
    ],
    ['{"seq":"a"}\n{"end":"b"}', "Line 2 of the trace x is not what a trace has: it ends 'b', and 'a' is open."],
    [
      '{"i":0,"op":"tl_new t0","rc":0}',
      'Line 1 of the trace x is not what a trace has: it is neither the beginning of a sequence, nor an operation or the end of one.',
    ],
    [
      '{"crash":"a","status":1}',
      'Line 1 of the trace x is not what a trace has: it is neither the beginning of a sequence, nor an operation or the end of one.',
    ],
    [
      '{"seq":"a"}\n{"i":1,"op":"tl_new t0","rc":0}',
      'Line 2 of the trace x is not what a trace has: its number (1) is not the next one (0).',
    ],
    ['{"seq":"a"}\n{"i":0,"op":"tl_new t0"}', "Line 2 of the trace x is not what a trace has: it has no number 'rc'."],
  ])('that begins %j is refused', (text, sentence) => {
    const refusal = (): unknown => parseTrace(text, 'x');
    expect(refusal).toThrow(TraceError);
    expect(refusal).toThrow(sentence);
  });

  test('whose packing is broken is refused', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fenceline-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'broken.jsonl.gz');
    writeFileSync(path, gzipSync(good).subarray(0, 30));
    await expect(readTrace(path)).rejects.toThrow(/^The trace .* cannot be unpacked: .+\.$/);
  });
});
