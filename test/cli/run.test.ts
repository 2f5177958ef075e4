/**
 * `fenceline run`, from outside: what it writes, prints and returns, and what it leaves when something goes wrong. Each
 * case is a process with its threads: `npm test` has some of each kind, `npm run test:all` all of them.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { noisyBytes } from '../examples/random-bytes.ts';
import { firstFew, isLong } from '../lengths.ts';
import { besidesProgress, type Ended, fenceline, pipelineOf } from './command.ts';
import { everythingBelow, scratchFolder } from './scratch-folder.ts';

const inverted = (bytes: Uint8Array): Uint8Array => bytes.map((byte) => 255 - byte);

function inputs(...names: readonly string[]): { folder: string; out: string; bytes: ReadonlyMap<string, Uint8Array> } {
  const scratch = scratchFolder();
  const folder = join(scratch, 'in');
  mkdirSync(folder);
  const bytes = new Map(names.map((name, index) => [name, noisyBytes(10_000 + index, index)]));
  for (const [name, content] of bytes) writeFileSync(join(folder, name), content);
  return { folder, out: join(scratch, 'out'), bytes };
}

function strange(deed: string, out: string, ...rest: readonly string[]): readonly string[] {
  return ['run', pipelineOf('strange'), '--out', out, '--opt', `do=${deed}`, ...rest];
}

describe('a run', () => {
  test('turns the files of a folder into outputs, in order, and says so', async () => {
    const { folder, out, bytes } = inputs('b10.bin', 'b9.bin', 'ignored.txt');
    const args = ['run', pipelineOf('invert'), folder, '--out', out, '--workers', '2', '--opt', 'mark=here'];
    const { code, stdout, stderr } = await fenceline(args);
    expect([code, besidesProgress(stderr)]).toEqual([
      0,
      'wrote b9.bin.inverted (9.77 KiB)\nwrote b10.bin.inverted (9.77 KiB)\nwrote mark.txt (4 B)\n',
    ]);
    expect(everythingBelow(out)).toEqual(['b10.bin.inverted', 'b9.bin.inverted', 'mark.txt']);
    for (const name of ['b9.bin', 'b10.bin']) {
      expect(new Uint8Array(readFileSync(join(out, `${name}.inverted`)))).toEqual(
        inverted(bytes.get(name) ?? new Uint8Array(1)),
      );
    }
    expect(stdout).toMatch(/^2 items in .* s \(.* items\/s\) with 2 workers\n3 files in /);
  });

  test('prints one JSON object where asked, and nothing else on standard output', async () => {
    const { folder, out } = inputs('a.bin');
    const { stdout } = await fenceline([
      'run',
      pipelineOf('invert'),
      folder,
      '--out',
      out,
      '--json',
      '--budget',
      '1MiB',
    ]);
    const summary = JSON.parse(stdout);
    expect(summary).toMatchObject({
      pipeline: 'invert.mjs',
      inputs: 1,
      items: 1,
      budgetBytes: 1024 * 1024,
      out,
      outputs: ['a.bin.inverted'],
      writtenBytes: 10_000,
      leftHeapBytes: 0,
    });
    for (const name of [
      'seconds',
      'itemsPerSecond',
      'workers',
      'bytesShared',
      'bytesCopied',
      'peakHeapBytes',
      'waits',
    ]) {
      expect([name, typeof summary[name]]).toEqual([name, 'number']);
    }
    expect(summary.peakHeapBytes).toBeGreaterThanOrEqual(20_000);
    expect(summary.peakHeapBytes).toBeLessThanOrEqual(1024 * 1024);
    expect(summary.bytesCopied).toBe(20_000);
    expect(summary.bytesShared).toBe(20_000);
  });

  test('reads standard input', async () => {
    const out = join(scratchFolder(), 'out');
    const stdin = noisyBytes(300_000, 7);
    const { code } = await fenceline(['run', pipelineOf('invert'), '-', '--out', out], { stdin });
    expect(code).toBe(0);
    expect(readFileSync(join(out, 'stdin.inverted')).equals(inverted(stdin))).toBe(true);
  });

  if (isLong) {
    test('has as many items under way as it likes, and Node warns of nothing', async () => {
      const names = Array.from({ length: 16 }, (_, index) => `${index}.bin`);
      const { folder, out } = inputs(...names);
      const { code, stderr } = await fenceline([
        ...['run', pipelineOf('invert'), folder, '--out', out, '--opt', `ahead=${names.length}`],
      ]);
      const said = besidesProgress(stderr)
        .split('\n')
        .map((line) => line.replace(/\(.*/, ''));
      expect([code, said]).toEqual([0, [...names.map((name) => `wrote ${name}.inverted `), '']]);
    });

    test('finishes within a budget that holds one item at a time, and refuses one that holds none', async () => {
      const { folder, out } = inputs('a.bin', 'b.bin', 'c.bin', 'd.bin');
      const args = ['run', pipelineOf('invert'), folder, '--out', out, '--budget'];
      expect((await fenceline([...args, '28KiB'])).code).toBe(0);
      const refused = await fenceline([...args, '10KiB']);
      expect([refused.code, refused.complaint]).toEqual([
        1,
        "fenceline: The budget (10.0 KiB) is too small for 'a.bin', which needs 19.5 KiB at once; raise it with --budget.",
      ]);
    });
  }
});

describe('a trace', () => {
  test('shows every thread with its jobs, and where each was submitted', async () => {
    const { folder, out } = inputs('a.bin', 'b.bin');
    const trace = join(folder, '..', 'trace.json');
    const args = ['run', pipelineOf('invert'), folder, '--out', out, '--workers', '2', '--trace', trace];
    const { code, stdout } = await fenceline(args);
    expect([code, stdout]).toEqual([0, expect.stringContaining(`trace in ${trace}`)]);
    const { traceEvents, otherData } = JSON.parse(readFileSync(trace, 'utf8')) as {
      traceEvents: readonly { name: string; ph: string; tid: number }[];
      otherData: { lostEvents: number };
    };
    const named = (name: string, phase: string) =>
      traceEvents.filter(({ name: is, ph }) => is === name && ph === phase);
    expect(named('thread_name', 'M').length).toBeGreaterThanOrEqual(2);
    expect(named('submit invert', 'X')).toHaveLength(2);
    // Each job has a part on each of the two workers, or both on one that was quicker.
    expect(named('invert', 'X')).toHaveLength(4);
    const main = new Set(named('submit invert', 'X').map(({ tid }) => tid));
    expect(named('invert', 'X').some(({ tid }) => main.has(tid))).toBe(false);
    expect(otherData.lostEvents).toBe(0);
  });

  if (isLong) {
    test('that cannot be written stops the run before it begins', async () => {
      const { folder, out } = inputs('a.bin');
      const args = [
        'run',
        pipelineOf('invert'),
        folder,
        '--out',
        out,
        '--trace',
        join(folder, 'missing', 'trace.json'),
      ];
      const { code, stderr } = await fenceline(args);
      expect([code, stderr]).toEqual([
        1,
        expect.stringMatching(
          /^fenceline: The trace '.*trace.json' cannot be written: there is no such file or folder\.\n$/,
        ),
      ]);
      expect(existsSync(out)).toBe(false);
    });
  }
});

describe('what goes wrong is one sentence', () => {
  test.each(
    firstFew(
      [
        [[], 'A command is missing: fenceline run, check, replay, or memory.'],
        [['walk'], "There is no command 'walk'; there are 'run', 'check', 'replay' and 'memory'."],
        [['run'], 'A pipeline module is missing: fenceline run <pipeline module>.'],
        [['run', 'a.js', '--workers', 'x'], "--workers takes a whole number from 1 to 60, not 'x'."],
      ],
      1,
    ),
  )('of usage, with exit code 2: %j', async (args, sentence) => {
    const { code, stdout, stderr } = await fenceline(args);
    expect([code, stdout, stderr]).toEqual([
      2,
      '',
      `fenceline: ${sentence}\nfenceline run --help says how it is used.\n`,
    ]);
  });

  test.each(
    firstFew(
      [
        ['missing.mjs', /^The pipeline module 'missing.mjs' cannot be loaded: there is no such file or folder\.$/],
        [
          pipelineOf('no-pipeline'),
          /is not a pipeline: its default export is something else; it needs 'export default/,
        ],
        [pipelineOf('no-default'), /is not a pipeline: it has no default export; it needs 'export default/],
        [pipelineOf('throws'), /^The pipeline module '.*' cannot be loaded: The module fell over\.$/],
        [pipelineOf('no-kernels'), /^The kernels of '.*' cannot be loaded: /],
        [pipelineOf('kernels-throw'), /^The kernels of '.*' cannot be loaded: .*The module fell over\.$/],
      ],
      1,
    ),
  )('of a module, and nothing is left behind: %s', async (module, sentence) => {
    const out = join(scratchFolder(), 'out');
    const { code, stdout, stderr } = await fenceline(['run', module, '--out', out]);
    expect([code, stdout, stderr.trimEnd().split('\n').length]).toEqual([1, '', 1]);
    expect(stderr.trimEnd().replace('fenceline: ', '')).toMatch(sentence);
    expect(existsSync(out)).toBe(false);
  });

  test.each(
    firstFew(
      [
        [
          'missing input',
          'in/missing.bin',
          'out',
          /^The input '.*missing.bin' cannot be read: there is no such file or folder\.$/,
        ],
        [
          'output folder',
          'in/a.bin',
          'in/a.bin/out',
          /^The output folder '.*' cannot be written: a part of the path is a file/,
        ],
        ['folder without inputs', 'empty', 'out', /^The folder '.*empty' has no file that the pipeline takes\.$/],
      ],
      1,
    ),
  )('of a path, and nothing is left behind: %s', async (_, input, out, sentence) => {
    const { folder } = inputs('a.bin');
    const scratch = join(folder, '..');
    mkdirSync(join(scratch, 'empty'));
    const { code, stderr } = await fenceline([
      'run',
      pipelineOf('invert'),
      join(scratch, input),
      '--out',
      join(scratch, out),
    ]);
    expect([code, stderr.replace('fenceline: ', '').trimEnd()]).toEqual([1, expect.stringMatching(sentence)]);
    expect(everythingBelow(scratch)).toEqual(['empty', 'in', 'in/a.bin']);
  });

  test.each(
    firstFew(
      [
        ['throws', /^The pipeline gave up\.$/, ['first.txt']],
        ['kernelThrows', /The film tore\./, []],
        ['namesNothing', /^The pipeline gave an output without a name or a body/, []],
        ['givesText', /^The pipeline gave an output without a name or a body/, []],
        ['forgetsToAwait', /^Nobody awaited this\.$/, []],
      ],
      1,
    ),
  )('of a pipeline that %s, and only complete files are left', async (deed, sentence, left) => {
    const out = join(scratchFolder(), 'out');
    const { code, complaint } = await fenceline(strange(deed, out));
    expect([code, complaint.replace(/^\.*fenceline: /, '')]).toEqual([1, expect.stringMatching(sentence)]);
    expect(existsSync(out) ? everythingBelow(out) : []).toEqual(left);
  });
});

describe('Ctrl-C', () => {
  /** Interrupts as soon as standard error shows `sign`, and once more for each further sign given. */
  async function interrupted(args: readonly string[], ...signs: readonly string[]): Promise<Ended> {
    let next = 0;
    return fenceline(args, {
      onError: (text, child) => {
        const sign = signs[next];
        if (sign === undefined || !text.includes(sign)) return;
        next++;
        child.kill('SIGINT');
        // Not so soon that the system makes one signal of two, and before a stuck run is given up by itself.
        if (signs[next] === 'at once') setTimeout(() => child.kill('SIGINT'), 500);
      },
    });
  }

  test('stops a run that streams, keeps complete files, drops the half-written one, and returns 130', async () => {
    const out = join(scratchFolder(), 'out');
    const { code, complaint, stdout } = await interrupted(strange('streamsForEver', out), '.....');
    expect([code, stdout]).toEqual([130, '']);
    expect(complaint).toMatch(/fenceline: The run was interrupted\.$/);
    expect(everythingBelow(out)).toEqual(['first.txt']);
  });

  test('a second time leaves at once, however stuck the run is', async () => {
    const out = join(scratchFolder(), 'out');
    const { code, stderr } = await interrupted(strange('isStuck', out), 'stuck', 'at once');
    expect(code).toBe(130);
    expect(stderr).not.toContain('The run was interrupted.');
    expect(everythingBelow(out)).toEqual(['first.txt']);
  });

  if (isLong) {
    test('stops a run that is stuck where no signal reaches', async () => {
      const out = join(scratchFolder(), 'out');
      const { code } = await interrupted(strange('isStuck', out), 'stuck');
      expect(code).toBe(130);
      expect(everythingBelow(out)).toEqual(['first.txt']);
    });
  }
});

describe('help', () => {
  test.each(firstFew([['--help'], ['help'], ['run', '--help']], 1))('%s prints how it is used', async (...args) => {
    const { code, stdout } = await fenceline(args);
    expect([code, stdout.split('\n')[0]]).toEqual([0, 'Usage: fenceline run <pipeline module> [inputs...] [options]']);
  });

  test('--version prints the version of the package', async () => {
    const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect((await fenceline(['--version'])).stdout).toBe(`${manifest.version}\n`);
  });
});
