import { describe, expect, test } from 'vitest';
import { FencelineError } from '#fenceline/base/errors.js';
import { decode, encode, encodeThrown } from '#fenceline/schedule/codec.js';
import { depthMax } from '#fenceline/schedule/codec-format.js';
import { sameGraph } from './same-graph.ts';

const room = new Uint8Array(new SharedArrayBuffer(1 << 20));
const there = (value: unknown, write: typeof encode | typeof encodeThrown = encode): unknown =>
  decode(room, 3, write(value, room, 3));
const sizeOf = (value: unknown) => encode(value, room, 0);
const refused = (argument: string, message: RegExp | string = '') =>
  expect.objectContaining({ code: 'EINVAL', details: { argument }, message: expect.stringMatching(message) });
const nested = (depth: number): unknown => {
  let value: unknown = 7;
  for (let level = 0; level < depth; level++) value = level % 2 ? { a: value } : [value];
  return value;
};

describe('a copy', () => {
  test.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['booleans', [true, false]],
    [
      'integers',
      [0, 1, -1, -16, -17, 111, 112, 32767, 32768, -32768, -32769, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), -(2 ** 31) - 1],
    ],
    ['floats', [-0, 0.1, Number.NaN, Infinity, -Infinity, Number.MAX_VALUE, Number.MIN_VALUE, 2 ** 53, -(2 ** 53)]],
    [
      'bigints',
      [0n, -1n, 2n ** 63n - 1n, 2n ** 63n, -(2n ** 63n), -(2n ** 63n) - 1n, 2n ** 64n, 10n ** 400n, -(10n ** 399n)],
    ],
    ['short strings', ['', 'a', '\u0000', 'a'.repeat(63), 'a'.repeat(64), '\u007f', '\u0080']],
    ['long strings', ['a'.repeat(10_000), 'ä'.repeat(63), 'ä'.repeat(10_000), '漢字', '😀'.repeat(50), '\ufeffmark']],
    ['strings with half a character', ['\ud800', 'a\udfff', '\udc00\ud800', `${'x'.repeat(100)}\ud83d`]],
    ['objects', { a: 1, b: { c: {} }, '': 2, 'with space': 3, 1: 'one', ä: 4 }],
    ['arrays', [[], [1, [2, [3]]], [undefined, null]]],
    [
      'Map',
      new Map<unknown, unknown>([
        [{ key: 1 }, 'object'],
        ['text', new Map()],
        [Number.NaN, undefined],
      ]),
    ],
    ['Set', new Set<unknown>([1, 'a', {}, new Set([null])])],
    ['Date', [new Date(0), new Date(-1.5), new Date(Number.NaN)]],
    ['RegExp', [/a+/giu, /[/]/, /(?:)/]],
    ['ArrayBuffer', [new ArrayBuffer(0), new Uint8Array([1, 2, 3]).buffer]],
    ['views', [new Uint8Array([1, 255]), new Int8Array([-1]), new Uint8ClampedArray([300]), new Uint16Array([65535])]],
    [
      'wide views',
      [new Int16Array([-2]), new Uint32Array([2 ** 32 - 1]), new Int32Array([-3]), new Float32Array([0.5, Number.NaN])],
    ],
    [
      'widest views',
      [
        new Float64Array([0.1, -0]),
        new BigInt64Array([-5n]),
        new BigUint64Array([2n ** 64n - 1n]),
        new DataView(new ArrayBuffer(5)),
      ],
    ],
  ])('of %s is what structuredClone makes', (_, value) => {
    const copy = there(value);
    expect(copy).toStrictEqual(structuredClone(value));
    expect(sameGraph(copy, structuredClone(value))).toBe(true);
  });

  test('keeps holes of arrays, however long the array is', () => {
    const holey = (length: number, elements: object) => Object.assign(new Array(length), elements);
    for (const value of [
      holey(2, { 1: 1 }),
      holey(3, { 0: 1, 2: 2 }),
      holey(2, { 0: 1 }),
      holey(3, {}),
      holey(3, { 0: undefined, 2: undefined }),
    ]) {
      expect(there(value)).toStrictEqual(structuredClone(value));
    }
    const sparse: number[] = [];
    sparse[2 ** 32 - 2] = 5;
    sparse[7] = 4;
    expect(sizeOf(sparse)).toBeLessThan(30);
    const copy = there(sparse) as number[];
    expect([copy.length, Object.keys(copy), copy[7], copy[2 ** 32 - 2]]).toEqual([
      2 ** 32 - 1,
      ['7', '4294967294'],
      4,
      5,
    ]);
    expect(there(new Array(2 ** 32 - 1))).toHaveLength(2 ** 32 - 1);
    expect(there(new Array(40_000_000))).toHaveLength(40_000_000);
  });

  test('has an own property of the name __proto__ as a property, and no other prototype', () => {
    const value = JSON.parse('{"__proto__":{"polluted":true},"constructor":1}') as object;
    const copy = there(value) as { polluted?: unknown };
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
    expect(copy.polluted).toBeUndefined();
    expect(Object.keys(copy)).toEqual(['__proto__', 'constructor']);
  });

  test('keeps cycles and shared references, few and many', () => {
    for (const count of [1, 15, 16, 17, 100]) {
      const shared = { name: 'shared' };
      const list: unknown[] = Array.from({ length: count }, (_, index) => ({ index, shared }));
      const value = { list, self: undefined as unknown, map: new Map<unknown, unknown>([[shared, list]]) };
      value.self = value;
      list.push(list, value, new Set([shared, value]));
      const copy = there(value);
      expect(sameGraph(copy, structuredClone(value))).toBe(true);
      expect(sameGraph(copy, { ...value })).toBe(false);
    }
  });

  test('of a view has its elements only, also from shared memory', () => {
    const whole = new Uint8Array(new SharedArrayBuffer(1000)).fill(9);
    const copy = there(whole.subarray(10, 14)) as Uint8Array;
    expect([...copy]).toEqual([9, 9, 9, 9]);
    expect(copy.buffer).toBeInstanceOf(ArrayBuffer);
    expect(copy.buffer.byteLength).toBe(4);
    expect(there(Buffer.from('abc'))).toStrictEqual(new Uint8Array([97, 98, 99]));
  });

  test('takes own properties that are enumerable and named by strings, and calls getters', () => {
    const value = Object.create(null, {
      seen: { enumerable: true, get: () => 'got' },
      hidden: { enumerable: false, value: 1 },
      [Symbol('s')]: { enumerable: true, value: 2 },
    });
    expect(there(value)).toStrictEqual({ seen: 'got' });
  });

  test('may be made while another is being made', () => {
    const other = new Uint8Array(64);
    const value = {
      first: { a: 1 },
      get inner() {
        return decode(other, 0, encode({ deep: [this.first, this.first] }, other, 0));
      },
      last: 'end',
    };
    expect(there(value)).toStrictEqual({ first: { a: 1 }, inner: { deep: [{ a: 1 }, { a: 1 }] }, last: 'end' });
  });

  test('keeps strings and lists at every length where the format changes', () => {
    for (const length of [62, 63, 64, 127, 128, 129, 16_383, 16_384, 16_385]) {
      expect(there('x'.repeat(length))).toBe('x'.repeat(length));
      expect(there('ä'.repeat(length))).toBe('ä'.repeat(length));
      expect(there(new Array(length).fill(7))).toEqual(new Array(length).fill(7));
      expect(there(new Uint8Array(length).fill(7))).toEqual(new Uint8Array(length).fill(7));
    }
  });

  test('has nothing of what stands on prototypes', () => {
    const everybody = Object.prototype as { onEveryObject?: number };
    everybody.onEveryObject = 1;
    try {
      expect(Object.keys(there({ a: 1 }) as object)).toEqual(['a']);
    } finally {
      delete everybody.onEveryObject;
    }
  });

  test('of small values takes few bytes', () => {
    expect([3, true, undefined, 'radius', { radius: 3 }, { found: 12 }].map(sizeOf)).toEqual([1, 1, 1, 7, 10, 9]);
  });
});

describe('an error', () => {
  test('keeps its class, name, message, stack, code and cause', () => {
    const cause = new RangeError('too far');
    const error = Object.assign(new TypeError('wrong', { cause }), { code: 'ERR_X', path: 'dropped' });
    const copy = there(error) as TypeError & { code: string };
    expect(copy).toBeInstanceOf(TypeError);
    expect([copy.name, copy.message, copy.stack, copy.code]).toEqual(['TypeError', 'wrong', error.stack, 'ERR_X']);
    expect(copy.cause).toBeInstanceOf(RangeError);
    expect((copy.cause as Error).stack).toBe(cause.stack);
    expect(Object.keys(copy)).toEqual(['code']);
    expect('cause' in (there(new Error('alone')) as Error)).toBe(false);
  });

  test('of a class that is not here is an Error with its name', () => {
    class DecodeError extends Error {
      override name = 'DecodeError';
    }
    const copy = there(new DecodeError('bad')) as Error;
    expect(Object.getPrototypeOf(copy)).toBe(Error.prototype);
    expect([copy.name, copy.message]).toEqual(['DecodeError', 'bad']);
  });

  test('that is an AggregateError keeps its errors', () => {
    const copy = there(new AggregateError([new TypeError('a'), 3], 'all')) as AggregateError;
    expect(copy).toBeInstanceOf(AggregateError);
    expect(copy.errors).toEqual([expect.any(TypeError), 3]);
  });

  test('that is a FencelineError stays one', () => {
    const error = new FencelineError('EINPUT', 'Not run.', { job: 'edges', input: 'soft' }, new Error('first'));
    const copy = there(error);
    expect(FencelineError.is(copy, 'EINPUT')).toBe(true);
    expect(copy).toMatchObject({ message: 'Not run.', details: { job: 'edges', input: 'soft' }, stack: error.stack });
    expect((copy as Error).cause).toMatchObject({ message: 'first' });
    expect('cause' in (there(new FencelineError('EBUSY', 'In use.', { by: 'me' })) as Error)).toBe(false);
  });

  test('that is a DOMException stays one', () => {
    const reason = AbortSignal.abort().reason as unknown;
    const copy = there(reason) as DOMException;
    expect(copy).toBeInstanceOf(DOMException);
    expect([copy.name, copy.message]).toEqual(['AbortError', (reason as DOMException).message]);
  });

  test('may be its own cause', () => {
    const error = new Error('snake');
    error.cause = { error };
    const copy = there(error) as Error & { cause: { error: unknown } };
    expect(copy.cause.error).toBe(copy);
  });

  test('travels without a cause that cannot, and says what it was', () => {
    for (const count of [0, 14, 15, 16, 17, 40]) {
      const shared = { in: 'both' };
      const others = Array.from({ length: count }, (_, index) => ({ index }));
      const error = new Error('a', { cause: { deep: { shared, run: () => 1 } } });
      const copy = there([...others, error, shared, { last: shared }, ...others]) as object[];
      expect((copy[count] as Error).cause).toMatch(/instance of Object/);
      expect(copy[count + 1]).toEqual(shared);
      expect((copy[count + 2] as { last: unknown }).last).toBe(copy[count + 1]);
      expect(copy.slice(0, count)).toEqual(others);
      expect(copy.slice(count + 3).every((object, index) => object === copy[index])).toBe(true);
    }
    const many = Array.from({ length: depthMax + 1 }, () => new Error('a', { cause: [() => 1] }));
    expect((there([...many, nested(3)]) as unknown[]).at(-1)).toEqual(nested(3));
    expect((there(new Error('a', { cause: Symbol('s') })) as Error).cause).toBe('Symbol(s)');
  });
});

describe('what cannot travel is refused with its path', () => {
  class Tile {
    x = 1;
  }
  test.each<[string, RegExp, unknown]>([
    ['value', /^value is a function, which cannot travel to another thread\.$/, () => 1],
    ['value.callback', /^value\.callback is a function,/, { callback: () => 1 }],
    ['value[1]["a b"]', /is a symbol/, [1, { 'a b': Symbol('s') }]],
    ['value.tile', /is an instance of Tile/, { a: { b: 1 }, tile: new Tile() }],
    ['value.list[1][1]', /instance of WeakMap/, { list: [[1], [2, new WeakMap()]] }],
    ['value<entry 0>.deep', /instance of Promise/, new Map([['k', { deep: Promise.resolve() }]])],
    ['value<entry 1>', /function/, new Set([1, () => 1])],
    [
      'value<entry 2>.f',
      /function/,
      new Map<unknown, unknown>([
        [1, 1],
        [2, {}],
        [{ f: () => 1 }, 3],
      ]),
    ],
    ['value.memory', /SharedArrayBuffer/, { memory: new SharedArrayBuffer(8) }],
    ['value', /instance of/, Object.create({ inherited: 1 })],
    ['value.date', /instance of Date/, { date: Object.create(Date.prototype) }],
    ['value.map', /instance of Map/, { map: Object.create(Map.prototype) }],
  ])('%s', (argument, message, value) => {
    expect(() => encode(value, room, 0)).toThrow(refused(argument, message));
    expect(there({ next: 'call' })).toEqual({ next: 'call' });
  });

  test('and with the name that the caller gave', () => {
    expect(() => encode({ f: () => 1 }, room, 0, 'caption')).toThrow(refused('caption.f', /^caption\.f is/));
  });

  test('a detached ArrayBuffer is refused', () => {
    const buffer = new ArrayBuffer(8);
    structuredClone(buffer, { transfer: [buffer] });
    expect(() => encode({ buffer }, room, 0)).toThrow(refused('value.buffer', /gone/));
  });

  test('nesting is permitted up to the limit and forbidden beyond', () => {
    expect(there(nested(depthMax))).toStrictEqual(nested(depthMax));
    expect(() => encode(nested(depthMax + 1), room, 0)).toThrow(/nested deeper than the limit \(1000\)/);
  });
});

describe('whatever was thrown travels', () => {
  test('as it is if it can', () => {
    expect(there({ code: 3 }, encodeThrown)).toEqual({ code: 3 });
    expect(there(undefined, encodeThrown)).toBeUndefined();
    expect(there(new TypeError('t'), encodeThrown)).toBeInstanceOf(TypeError);
  });

  test('as an Error that says what it was if it cannot', () => {
    const hostile = {
      get a(): never {
        throw new Error('no');
      },
      toString(): never {
        throw new Error('no');
      },
    };
    for (const thrown of [() => 1, Symbol('s'), new WeakSet(), { f: () => 1 }, hostile, nested(depthMax + 1)]) {
      expect(there(thrown, encodeThrown)).toBeInstanceOf(Error);
    }
    expect(there(Symbol('s'), encodeThrown)).toMatchObject({ message: 'Symbol(s)' });
  });
});

describe('room', () => {
  const value = {
    text: 'short',
    long: 'x'.repeat(70),
    wide: 'ä\ud800',
    other: 'äöü',
    longest: 'y'.repeat(63),
    n: [1.5, 300, 70_000, 2n ** 70n],
    bytes: new Uint8Array(9),
    map: new Map([[1, new Date(0)]]),
  };
  const needed = encode(value, room, 0);

  test('that is too small by any number of bytes is answered with the bytes needed, and nothing beyond it is touched', () => {
    for (let size = 0; size < needed; size++) {
      const memory = new Uint8Array(size + 20).fill(0xee);
      expect(encode(value, memory.subarray(0, size + 10), 10)).toBe(-1 - needed);
      expect([...memory.subarray(0, 10), ...memory.subarray(size + 10)]).toEqual(new Array(20).fill(0xee));
    }
  });

  test('of exactly the bytes needed is enough', () => {
    const memory = new Uint8Array(needed + 20).fill(0xee);
    expect(encode(value, memory.subarray(0, needed + 10), 10)).toBe(needed);
    expect(memory.subarray(needed + 10)).toEqual(new Uint8Array(10).fill(0xee));
    expect(sameGraph(decode(memory, 10, needed), structuredClone(value))).toBe(true);
  });

  test('behind its end is none, and answered the same', () => {
    expect(encode(value, new Uint8Array(5), 5)).toBe(-1 - needed);
    expect(encode(value, new Uint8Array(5), 9)).toBe(-1 - needed);
  });
});
