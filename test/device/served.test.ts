import { afterEach, describe, expect, test } from 'vitest';
import { declareKernel } from '#fenceline/device/kernel.js';
import { declareServed, isServed, loadServed, serveHook, takeServed } from '#fenceline/device/served.js';

const blur = declareKernel({}, () => 'blur', undefined);
const edges = declareKernel({}, () => 'edges', undefined);
const hooks = globalThis as { [serveHook]?: unknown };

afterEach(() => {
  delete hooks[serveHook];
  takeServed();
});

describe('serve', () => {
  test('leaves the last thing served to be taken once', () => {
    expect(takeServed()).toBeUndefined();
    declareServed({ blur });
    const last = declareServed({ edges });
    expect(takeServed()).toBe(last);
    expect(takeServed()).toBeUndefined();
  });

  test('gives it to the hook instead, if there is one', () => {
    const got: unknown[] = [];
    hooks[serveHook] = (served: unknown) => got.push(served);
    const served = declareServed({ blur });
    expect(got).toEqual([served]);
    expect(takeServed()).toBeUndefined();
  });

  test('uses the same place for the hook in every copy of the package', () => {
    expect(serveHook).toBe(Symbol.for('fenceline.serve'));
  });

  test('ignores something on the place of the hook that is no function', () => {
    hooks[serveHook] = 'not a function';
    const served = declareServed({ blur });
    expect(takeServed()).toBe(served);
  });

  test('forbids entries that are no kernels, and names them', () => {
    for (const helper of [undefined, null, () => 1, {}, { params: {}, run: () => 1 }]) {
      expect(() => declareServed({ blur, helper })).toThrow(
        expect.objectContaining({ code: 'EINVAL', details: { argument: 'helper' } }),
      );
    }
    for (const kernels of [undefined, null, 3, 'blur']) {
      expect(() => declareServed(kernels)).toThrow(expect.objectContaining({ details: { argument: 'kernels' } }));
    }
    expect(takeServed()).toBeUndefined();
  });

  test('is recognised, and nothing else is', () => {
    expect(isServed(declareServed({ blur }))).toBe(true);
    for (const other of [undefined, null, { kernels: { blur } }, () => ({ blur })]) expect(isServed(other)).toBe(false);
  });
});

describe('loading what is served', () => {
  test('gives the kernels by name', async () => {
    expect([...(await loadServed(declareServed({ blur, edges }), undefined))]).toEqual([
      ['blur', blur],
      ['edges', edges],
    ]);
  });

  test('calls the function form with its setup, each time', async () => {
    const setups: unknown[] = [];
    const served = declareServed(async (setup: unknown) => {
      setups.push(setup);
      return { blur };
    });
    expect(setups).toEqual([]);
    expect([...(await loadServed(served, { worker: 1 })).keys()]).toEqual(['blur']);
    await loadServed(served, { worker: 2 });
    expect(setups).toEqual([{ worker: 1 }, { worker: 2 }]);
  });

  test('rejects with what the function form throws, and refuses what it makes if that is no kernel', async () => {
    const failed = new Error('no model');
    await expect(
      loadServed(
        declareServed(() => Promise.reject(failed)),
        undefined,
      ),
    ).rejects.toBe(failed);
    await expect(
      loadServed(
        declareServed(async () => ({ blur: 3 })),
        undefined,
      ),
    ).rejects.toMatchObject({
      code: 'EINVAL',
      details: { argument: 'blur' },
    });
    await expect(
      loadServed(
        declareServed(async () => undefined),
        undefined,
      ),
    ).rejects.toMatchObject({ code: 'EINVAL' });
  });
});
