import { describe, expect, test } from 'vitest';
import type { DType } from '#fenceline/base/dtype.js';
import { type BufferArgument, bindArguments } from '#fenceline/device/arguments.js';
import { declareKernel, signatureOf } from '#fenceline/device/kernel.js';
import { many, read, update, value, write } from '#fenceline/device/parameters.js';
import { assembleViews, planOf } from '#fenceline/device/plan.js';

class FakeBuffer implements BufferArgument {
  static nextId = 1;
  readonly id: number = FakeBuffer.nextId++;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly label: string;
  constructor(dtype: DType, shape: readonly number[], label: string) {
    this.dtype = dtype;
    this.shape = shape;
    this.label = label;
  }
}
const isFake = (candidate: unknown): candidate is FakeBuffer => candidate instanceof FakeBuffer;
const buffer = (dtype: DType, ...shape: number[]) => new FakeBuffer(dtype, shape, 'photo');
const plan = (params: object, split?: string[]) =>
  planOf(
    signatureOf(
      'blur',
      declareKernel(params, () => undefined, split && { split }),
    ),
  );
const bind = (prepared: ReturnType<typeof plan>, args: unknown) => bindArguments(prepared, args, isFake);
const refused = (argument: string, message: RegExp | string) =>
  expect.objectContaining({
    code: 'EINVAL',
    details: { argument },
    message: typeof message === 'string' ? message : expect.stringMatching(message),
  });

const image = ['height', 'width', 4] as const;
const blur = plan({ src: read('u8', image), dst: write('u8', image), radius: 'u32' }, ['dst']);

describe('a call that fits', () => {
  test('is taken apart in order of declaration, whatever the order of the arguments', () => {
    const [src, dst] = [buffer('u8', 48, 64, 4), buffer('u8', 48, 64, 4)];
    const bound = bind(blur, { radius: 3, dst, src });
    expect(
      bound.uses.map(({ spec, index, buffer: used }) => [spec.name, index, spec.param.access, spec.isSplit, used]),
    ).toEqual([
      ['src', -1, 'read', false, src],
      ['dst', -1, 'write', true, dst],
    ]);
    expect(bound.plain).toEqual([3]);
    expect(bound.rows).toBe(48);
  });

  test('has no rows when the kernel is not split', () => {
    expect(bind(plan({ src: read('u8', ['n']) }), { src: buffer('u8', 9) }).rows).toBe(0);
  });

  test('is put together again from views', () => {
    const sheet = plan({ photos: many(read('u8', ['n'])), size: 'f32', sheet: write('u8', ['m']), caption: value() });
    const photos = [buffer('u8', 2), buffer('u8', 2), buffer('u8', 2)];
    const caption = { title: 'Summer' };
    const bound = bind(sheet, { photos, size: 2, sheet: buffer('u8', 5), caption });
    expect(bound.plain).toEqual([3, 2, caption]);
    expect(bound.uses.map(({ index }) => index)).toEqual([0, 1, 2, -1]);
    const views = bound.uses.map(({ spec, index }) => `${spec.name}${index}`);
    expect(assembleViews(sheet, views, bound.plain)).toEqual({
      photos: ['photos0', 'photos1', 'photos2'],
      size: 2,
      sheet: 'sheet-1',
      caption,
    });
  });

  test('permits an empty list, no parameters, and undefined as a value', () => {
    const lists = plan({ photos: many(read('u8', ['n'])), note: value() });
    expect(bind(lists, { photos: [], note: undefined })).toEqual({ uses: [], plain: [0, undefined], rows: 0 });
    expect(bind(plan({}), {})).toEqual({ uses: [], plain: [], rows: 0 });
    expect(assembleViews(lists, [], [0, undefined])).toEqual({ photos: [], note: undefined });
  });

  test('permits arguments in a record without a prototype', () => {
    const args = Object.assign(Object.create(null), { src: buffer('u8', 9) });
    expect(bind(plan({ src: read('u8', ['n']) }), args).uses).toHaveLength(1);
  });

  test('says whether a job may be run again', () => {
    expect(blur.mayRetry).toBe(true);
    expect(plan({ dst: update('u8', ['n']) }).mayRetry).toBe(false);
    expect(plan({ dst: many(update('u8', ['n'])) }).mayRetry).toBe(false);
  });
});

describe('names', () => {
  const [src, dst] = [buffer('u8', 1, 1, 4), buffer('u8', 1, 1, 4)];

  test('a missing argument is named, with what the kernel takes', () => {
    expect(() => bind(blur, { src, dst })).toThrow(
      refused('radius', 'The argument radius is missing: blur takes { src, dst, radius }.'),
    );
    expect(() => bind(plan({ toString: 'u32' }), {})).toThrow(refused('toString', /missing/));
  });

  test('an unknown argument is named, with what the kernel takes', () => {
    expect(() => bind(blur, { src, dst, radius: 1, sigma: undefined })).toThrow(
      refused('sigma', 'The argument sigma is unknown: blur takes { src, dst, radius }.'),
    );
  });

  test('arguments that are no record are refused', () => {
    for (const args of [undefined, null, 3, 'src'])
      expect(() => bind(blur, args)).toThrow(refused('args', /not a record/));
  });
});

describe('buffers', () => {
  const dst = buffer('u8', 47, 64, 4);
  const call = (src: unknown) => () => bind(blur, { src, dst, radius: 3 });

  test('what is no buffer is refused', () => {
    for (const src of [undefined, null, 3, 'photo', {}, new Uint8Array(4), [buffer('u8', 47, 64, 4)]]) {
      expect(call(src)).toThrow(refused('src', /not a buffer/));
    }
  });

  test('another element type is refused', () => {
    expect(call(buffer('f32', 47, 64, 4))).toThrow(refused('src', /element type f32, but u8 is declared/));
    expect(() => bind(plan({ a: read('f16', [2]) }), { a: buffer('u16', 2) })).toThrow(refused('a', /u16, but f16/));
  });

  test('another rank is refused', () => {
    expect(call(buffer('u8', 47, 64))).toThrow(refused('src', /rank is 2, but \[height, width, 4\] is declared/));
    expect(call(buffer('u8', 47, 64, 4, 1))).toThrow(refused('src', /rank is 4/));
    expect(bind(plan({ one: read('u8', []) }), { one: buffer('u8') }).uses).toHaveLength(1);
  });

  test('another fixed dimension is refused', () => {
    expect(call(buffer('u8', 47, 64, 4))).not.toThrow();
    for (const channels of [3, 5]) {
      expect(call(buffer('u8', 47, 64, channels))).toThrow(refused('src', new RegExp(`\\[47, 64, ${channels}\\]`)));
    }
  });

  test('equal names of dimensions must be equal numbers, across all arguments and lists', () => {
    const src = buffer('u8', 47, 48, 4);
    expect(() => bind(blur, { src, dst: buffer('u8', 47, 47, 4), radius: 1 })).toThrow(
      refused('dst', 'The arguments of blur disagree: dst.width is 47 but src.width is 48.'),
    );
    const lists = plan({ photos: many(read('u8', ['n'])), sheet: write('u8', ['m', 'n']) });
    expect(() => bind(lists, { photos: [buffer('u8', 2), buffer('u8', 3)], sheet: buffer('u8', 1, 2) })).toThrow(
      refused('photos[1]', /photos\[1\]\.n is 3 but photos\[0\]\.n is 2/),
    );
    expect(() => bind(lists, { photos: [buffer('u8', 2)], sheet: buffer('u8', 2, 1) })).toThrow(
      refused('sheet', /sheet\.n is 1 but photos\[0\]\.n is 2/),
    );
    const square = plan({ m: read('f32', ['n', 'n']) });
    expect(() => bind(square, { m: buffer('f32', 3, 3) })).not.toThrow();
    expect(() => bind(square, { m: buffer('f32', 3, 4) })).toThrow(refused('m', /m\.n is 4 but m\.n is 3/));
  });

  test('a refused call leaves nothing behind for the next one', () => {
    expect(() => bind(blur, { src: buffer('u8', 9, 9, 4), dst, radius: 1 })).toThrow();
    expect(() => bind(blur, { src: buffer('u8', 47, 64, 4), dst, radius: 1 })).not.toThrow();
  });

  test('a list must be an array of buffers', () => {
    const lists = plan({ photos: many(read('u8', ['n'])) });
    for (const photos of [undefined, null, buffer('u8', 2), { length: 1 }, new Set()]) {
      expect(() => bind(lists, { photos })).toThrow(refused('photos', /not a list/));
    }
    expect(() => bind(lists, { photos: [buffer('u8', 2), 3] })).toThrow(refused('photos[1]', /not a buffer/));
    expect(() => bind(lists, { photos: new Array(1) })).toThrow(refused('photos[0]', /not a buffer/));
  });
});

describe('the same buffer twice in one job', () => {
  const [one, other] = [buffer('u8', 4), buffer('u8', 4)];
  const pair = (first: object, second: object) => plan({ first, second });
  const [r, w, u] = [read('u8', ['n']), write('u8', ['n']), update('u8', ['n'])];

  test('is permitted when both only read', () => {
    expect(() => bind(pair(r, r), { first: one, second: one })).not.toThrow();
    expect(() => bind(pair(r, many(r)), { first: one, second: [one, one] })).not.toThrow();
  });

  test.each([
    [r, w],
    [w, r],
    [w, w],
    [r, u],
    [u, w],
  ])('is forbidden when one of them writes', (first, second) => {
    expect(() => bind(pair(first, second), { first: one, second: other })).not.toThrow();
    expect(() => bind(pair(first, second), { first: one, second: one })).toThrow(
      refused('second', new RegExp(`"photo" #${one.id} is passed to blur twice.*first.*second`)),
    );
  });

  test('is forbidden in lists that write, short and long', () => {
    for (const count of [2, 16, 17, 40]) {
      const list = Array.from({ length: count }, () => buffer('u8', 4));
      const [last] = list.slice(-1);
      expect(() => bind(plan({ list: many(w) }), { list })).not.toThrow();
      expect(() => bind(plan({ list: many(w) }), { list: [...list, last] })).toThrow(
        refused(`list[${count}]`, /twice/),
      );
      expect(() => bind(pair(many(r), w), { first: [...list, ...list], second: one })).not.toThrow();
      expect(() => bind(pair(many(r), w), { first: [...list, ...list], second: last })).toThrow(
        refused('second', /twice/),
      );
    }
  });
});

describe('rows of a split', () => {
  test('are those of its parameters, which must be equal, whatever the names', () => {
    const half = plan({ src: read('u8', ['height', 2]), dst: write('u8', ['rows']) }, ['src', 'dst']);
    expect(bind(half, { src: buffer('u8', 7, 2), dst: buffer('u8', 7) }).rows).toBe(7);
    expect(() => bind(half, { src: buffer('u8', 7, 2), dst: buffer('u8', 8) })).toThrow(
      refused('dst', /dst has 8 but src has 7/),
    );
  });
});

describe('scalars', () => {
  test('are refused by the name of the argument', () => {
    const [src, dst] = [buffer('u8', 1, 1, 4), buffer('u8', 1, 1, 4)];
    expect(() => bind(blur, { src, dst, radius: 3.5 })).toThrow(refused('radius', /\(3\.5\) of blur/));
  });
});
