import { describe, expect, test } from 'vitest';
import { checkParams, dimsMax, kindOf, many, read, update, value, write } from '#fenceline/device/parameters.js';

const refused = (argument: string, message: RegExp) =>
  expect.objectContaining({ code: 'EINVAL', details: { argument }, message: expect.stringMatching(message) });
/** For declarations that the compiler refuses already. */
const loose = <A extends readonly unknown[], R>(fn: (...args: never) => R) =>
  fn as unknown as (...args: A | unknown[]) => R;

describe('a buffer parameter', () => {
  test('is plain data that survives being posted', () => {
    for (const made of [read('u8', ['height', 4]), write('f32', []), update('i64', [1], { heap: 'wasm' })]) {
      expect(structuredClone(made)).toEqual(made);
      expect(kindOf(structuredClone(made))).toBe('buffer');
    }
    expect(read('u8', ['height', 4])).toEqual({ access: 'read', dtype: 'u8', dims: ['height', 4] });
    expect(update('i64', [1], { heap: 'wasm' })).toEqual({ access: 'update', dtype: 'i64', dims: [1], heap: 'wasm' });
  });

  test('does not change when the array of its dimensions changes', () => {
    const dims: [string, number] = ['height', 4];
    const made = read('u8', dims);
    dims[1] = -1;
    expect(made.dims).toEqual(['height', 4]);
    expect(Object.isFrozen(made) && Object.isFrozen(made.dims)).toBe(true);
  });

  test('permits the largest safe integer as a dimension and forbids what is no positive integer', () => {
    expect(read('u8', [1, Number.MAX_SAFE_INTEGER]).dims).toEqual([1, Number.MAX_SAFE_INTEGER]);
    for (const dim of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, 3n, null, undefined, {}, ['a']]) {
      expect(() => loose(read)('u8', ['height', dim])).toThrow(refused('read', /dimension/));
    }
  });

  test('permits identifiers as names of dimensions and forbids other strings', () => {
    for (const name of ['n', 'sheetHeight', '_', '$', 'a1']) expect(read('u8', [name]).dims).toEqual([name]);
    for (const name of ['', '1a', 'a b', 'a-b', 'a.b', ' n']) {
      expect(() => read('u8', [name])).toThrow(refused('read', /not an identifier/));
    }
  });

  test('permits the limit of dimensions and forbids one more', () => {
    expect(read('u8', new Array(dimsMax).fill(1)).dims).toHaveLength(16);
    expect(() => write('u8', new Array(dimsMax + 1).fill(1))).toThrow(refused('write', /\(17\).*limit \(16\)/));
  });

  test('forbids unknown element types, dimensions that are no list, and heaps without a name', () => {
    expect(() => loose(read)('u7', [1])).toThrow(refused('read', /"u7".*u8, i8/));
    expect(() => loose(read)('toString', [1])).toThrow(refused('read', /element type/));
    expect(() => loose(read)('u8', 'n')).toThrow(refused('read', /not a list/));
    expect(() => loose(read)('u8')).toThrow(refused('read', /not a list/));
    expect(() => read('u8', [1], { heap: '' })).toThrow(refused('read', /heap/));
    expect(() => loose(read)('u8', [1], { heap: 3 })).toThrow(refused('read', /heap/));
  });
});

describe('many and value', () => {
  test('many permits a buffer parameter and forbids everything else', () => {
    expect(many(read('u8', ['n']))).toEqual({ each: { access: 'read', dtype: 'u8', dims: ['n'] } });
    for (const each of [undefined, 'u32', {}, value(), many(read('u8', ['n']))]) {
      expect(() => loose(many)(each)).toThrow(refused('each', /many/i));
    }
  });

  test('value survives being posted', () => {
    expect(kindOf(structuredClone(value<{ title: string }>()))).toBe('value');
  });
});

describe('a record of parameters', () => {
  const image = read('u8', ['height', 'width', 4]);

  test('permits each kind, and no parameter at all', () => {
    expect(() => checkParams({})).not.toThrow();
    expect(() => checkParams({ a: image, b: many(image), c: value(), d: 'f32', e: 'bool', $f_1: 'u32' })).not.toThrow();
  });

  test('forbids what is no record', () => {
    for (const params of [undefined, null, 1, 'a', [image], () => image]) {
      expect(() => checkParams(params)).toThrow(refused('params', /one record/));
    }
  });

  test('forbids names that are no identifiers, and __proto__', () => {
    for (const name of ['', '1a', 'a b', 'a[0]', 'a.b', '__proto__']) {
      const params = Object.fromEntries([[name, image]]);
      expect(() => checkParams(params)).toThrow(refused('params', /not an identifier/));
    }
  });

  test('forbids parameters of no kind, and names them', () => {
    for (const radius of ['u8', 'f16', '', 3, null, undefined, {}, [], { each: 'u8' }, { access: 'read' }, () => 1]) {
      expect(() => checkParams({ src: image, radius })).toThrow(refused('radius', /radius/));
    }
  });

  test('checks parameters that were posted as strictly as those declared here', () => {
    const forged = { access: 'read', dtype: 'u8', dims: ['n'] };
    expect(() => checkParams({ src: forged })).not.toThrow();
    expect(() => checkParams({ src: { ...forged, access: 'steal' } })).toThrow(refused('src', /"steal"/));
    expect(() => checkParams({ src: { each: { ...forged, dims: [0] } } })).toThrow(refused('src.each', /\(0\)/));
    expect(() => checkParams({ src: { ...forged, dtype: Symbol('u8') } })).toThrow(refused('src', /element type/));
    expect(() => checkParams({ src: { ...forged, dtype: Object.create(null) } })).toThrow(
      refused('src', /element type/),
    );
  });
});
