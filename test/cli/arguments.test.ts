/** The command line of `fenceline run`: what it takes, and the sentence for what it does not. */
import { describe, expect, test } from 'vitest';
import { parseRun, workersMax } from '#fenceline/cli/arguments.js';
import { UsageError } from '#fenceline/cli/failure.js';

describe('fenceline run', () => {
  test('takes a module alone, and has a default for everything else', () => {
    expect(parseRun(['film.js'])).toEqual({
      module: 'film.js',
      inputs: [],
      out: 'out',
      workers: undefined,
      budgetBytes: undefined,
      swap: undefined,
      trace: undefined,
      memory: undefined,
      json: false,
      options: new Map(),
    });
  });

  test('takes options before, between and after the inputs', () => {
    const argv = [
      '--json',
      'film.js',
      'a',
      '--out',
      'x',
      '-',
      '--workers=3',
      '--budget',
      '1MiB',
      '--opt',
      'a=b=c',
      '--swap=3MiB',
      '--swap-file=s.swap',
      '--opt=d=',
    ];
    expect(parseRun([...argv, '--trace', 't.json', '--memory', 'm.json'])).toEqual({
      module: 'film.js',
      inputs: ['a', '-'],
      out: 'x',
      workers: 3,
      budgetBytes: 1024 * 1024,
      swap: { sizeBytes: 3 * 1024 * 1024, file: 's.swap' },
      trace: 't.json',
      memory: 'm.json',
      json: true,
      options: new Map([
        ['a', 'b=c'],
        ['d', ''],
      ]),
    });
  });

  test('takes files whose names begin with a dash after --', () => {
    expect(parseRun(['film.js', '--', '--json']).inputs).toEqual(['--json']);
  });

  test.each([1, workersMax])('permits %i workers', (count) => {
    expect(parseRun(['film.js', '--workers', String(count)]).workers).toBe(count);
  });

  test.each([
    [[], 'A pipeline module is missing'],
    [['film.js', '-', '-'], 'Standard input (-) can be read only once, and it is given twice.'],
    [['film.js', '--workers', '0'], `--workers takes a whole number from 1 to ${workersMax}, not '0'.`],
    [['film.js', '--workers', String(workersMax + 1)], `not '${workersMax + 1}'.`],
    [['film.js', '--workers', '1.5'], "not '1.5'."],
    [['film.js', '--workers', 'two'], "not 'two'."],
    [
      ['film.js', '--swap-file', 's'],
      '--swap-file says where the swap is, and --swap how large: --swap SIZE is missing.',
    ],
    [['film.js', '--swap', 'lots'], "--swap takes a size such as 256MiB, not 'lots'."],
    [['film.js', '--budget', 'lots'], "--budget takes a size such as 256MiB, not 'lots'."],
    [['film.js', '--opt', 'scale'], "--opt takes name=value, not 'scale'."],
    [['film.js', '--opt', '=1'], "--opt takes name=value, not '=1'."],
    [['film.js', '--opt', 'a=1', '--opt', 'a=2'], "The option 'a' is given twice."],
    [['film.js', '--fast'], "Unknown option '--fast'"],
    [['film.js', '--out'], "'-o, --out <value>' argument missing"],
  ])('forbids %j', (argv, sentence) => {
    expect(() => parseRun(argv)).toThrow(UsageError);
    expect(() => parseRun(argv)).toThrow(sentence);
  });
});
