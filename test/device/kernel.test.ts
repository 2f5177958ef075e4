import { describe, expect, test } from 'vitest';
import { checkSignature, declareKernel, isKernel, signatureOf } from '#fenceline/device/kernel.js';
import { many, read, update, value, write } from '#fenceline/device/parameters.js';

const refused = (argument: string, message: RegExp) =>
  expect.objectContaining({ code: 'EINVAL', details: { argument }, message: expect.stringMatching(message) });
const src = read('u8', ['height', 'width']);
const dst = write('u8', ['height', 'width']);
const run = () => undefined;

describe('a declared kernel', () => {
  test('carries its parameters, its function and its options', () => {
    const made = declareKernel({ src, dst, radius: 'u32' }, run, { split: ['dst'], timeoutMs: 5 });
    expect(made.params).toEqual({ src, dst, radius: 'u32' });
    expect(made.run).toBe(run);
    expect(made.options).toEqual({ split: ['dst'], timeoutMs: 5 });
  });

  test('is not split and has no time limit when nothing is said', () => {
    const none = { split: [], timeoutMs: undefined };
    expect(declareKernel({ src }, run, undefined).options).toEqual(none);
    expect(declareKernel({ src }, run, {}).options).toEqual(none);
    expect(declareKernel({ src, dst }, run, { split: [] }).options).toEqual(none);
  });

  test('does not change when what it was made of changes', () => {
    const params = { src, dst };
    const split = ['dst'];
    const made = declareKernel(params, run, { split });
    split.push('src');
    Reflect.deleteProperty(params, 'dst');
    expect(made.params).toEqual({ src, dst });
    expect(made.options.split).toEqual(['dst']);
  });

  test('is recognised, and nothing else is', () => {
    expect(isKernel(declareKernel({}, run, undefined))).toBe(true);
    for (const other of [undefined, null, 1, {}, run, { params: {}, run, options: {} }])
      expect(isKernel(other)).toBe(false);
  });

  test.each([undefined, null, 1, 'run', {}])('forbids %s as its function', (body) => {
    expect(() => declareKernel({ src }, body, undefined)).toThrow(refused('run', /not a function/));
  });

  test('permits positive time limits and forbids all others', () => {
    expect(declareKernel({}, run, { timeoutMs: Number.MIN_VALUE }).options.timeoutMs).toBe(Number.MIN_VALUE);
    for (const timeoutMs of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, '5', null]) {
      expect(() => declareKernel({}, run, { timeoutMs })).toThrow(refused('timeoutMs', /time limit/));
    }
    for (const options of [null, 1, 'split'])
      expect(() => declareKernel({}, run, options)).toThrow(refused('options', /record/));
  });
});

describe('split', () => {
  const declare = (params: object, split: unknown) => declareKernel(params, run, { split });

  test('permits reads beside the writes, and reads that are whole', () => {
    expect(declare({ src, dst }, ['src', 'dst']).options.split).toEqual(['src', 'dst']);
    expect(declare({ src, dst, list: many(src) }, ['dst']).options.split).toEqual(['dst']);
    expect(declare({ src, dst: update('u8', ['height', 3]) }, ['dst']).options.split).toEqual(['dst']);
  });

  test('forbids names that are not one buffer with a dimension', () => {
    const params = { dst, list: many(src), title: value(), radius: 'u32', one: read('u8', []) };
    for (const name of ['nothing', 'toString', 3, undefined]) {
      expect(() => declare(params, ['dst', name])).toThrow(refused('split', /its parameters are dst, list/));
    }
    for (const name of ['list', 'title', 'radius']) {
      expect(() => declare(params, ['dst', name])).toThrow(refused('split', /not one buffer/));
    }
    expect(() => declare(params, ['dst', 'one'])).toThrow(refused('split', /no dimension/));
    expect(() => declare(params, ['dst', 'dst'])).toThrow(refused('split', /twice/));
    for (const split of ['dst', { dst: true }, 1, null]) {
      expect(() => declare(params, split)).toThrow(refused('split', /list of names/));
    }
  });

  test('forbids writing what is not split, because the parts would race', () => {
    const histogram = update('u32', [256]);
    expect(() => declare({ src, dst, histogram }, ['dst'])).toThrow(refused('split', /writes histogram.*race/));
    expect(() => declare({ src, dst, sheets: many(dst) }, ['dst'])).toThrow(refused('split', /writes sheets.*race/));
    expect(() => declare({ src, dst }, ['src'])).toThrow(refused('split', /writes dst.*race/));
    expect(() => declare({ src, dst, histogram: read('u32', [256]) }, ['dst'])).not.toThrow();
  });

  test('permits equal fixed numbers of rows and forbids different ones', () => {
    expect(() =>
      declare({ a: read('u8', [4]), b: write('u8', [4, 2]), c: read('u8', ['n']) }, ['a', 'b', 'c']),
    ).not.toThrow();
    expect(() => declare({ a: read('u8', [4]), b: write('u8', [5]) }, ['a', 'b'])).toThrow(
      refused('split', /b has 5 rows and a has 4/),
    );
  });
});

describe('a signature', () => {
  test('is plain data that passes its own check after being posted', () => {
    const made = declareKernel({ src, dst, caption: value(), list: many(src), on: 'bool' }, run, { split: ['dst'] });
    const signature = signatureOf('blur', made);
    expect(checkSignature(structuredClone(signature))).toEqual(signature);
    expect(signature).toEqual({ name: 'blur', params: made.params, split: ['dst'], timeoutMs: undefined });
  });

  test('is refused when it was forged', () => {
    const good = structuredClone(signatureOf('blur', declareKernel({ src, dst }, run, { split: ['dst'] })));
    expect(() => checkSignature(good)).not.toThrow();
    for (const bad of [
      undefined,
      null,
      'blur',
      { ...good, name: 3 },
      { ...good, params: undefined },
      { ...good, split: ['no'] },
    ]) {
      expect(() => checkSignature(bad)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
    }
    expect(() => checkSignature({ ...good, timeoutMs: -1 })).toThrow(refused('timeoutMs', /-1/));
  });
});
