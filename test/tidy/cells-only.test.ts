/** Nondeterminism stands in src/cells/ alone (design D10), and nothing newer than Node 20.19 is used. */
import { describe, expect, test } from 'vitest';
import { newerThanNode20, nondeterminismIn } from './cells-only.ts';
import { isTool, layerOf } from './layers.ts';
import { printed, sourceOf, sourcesBelow } from './source.ts';

const library = sourcesBelow('src').filter(({ path }) => !isTool(path));
const outsideCells = library.filter(({ path }) => layerOf(path) !== 'cells');
const inFence = (text: string) => nondeterminismIn(sourceOf('src/fence/fence.ts', text));

describe('outside src/cells/', () => {
  test('no Atomics, clock, timer, random number or message is used', () => {
    expect(printed(outsideCells.flatMap(nondeterminismIn))).toEqual([]);
  });

  test.each([
    'const old = Atomics.load(words, 0);',
    'const { load } = Atomics;',
    'const now = Date.now();',
    'const now = performance.now();',
    'setTimeout(() => {}, 1);',
    'globalThis.setInterval(() => {}, 1);',
    'self["queueMicrotask"](() => {});',
    'const dice = Math.random();',
    'const id = globalThis.crypto;',
    'port.postMessage(1);',
    'const channel = new MessageChannel();',
    'const worker = new Worker(url);',
    'const fs = process.getBuiltinModule("fs");',
    'const later = { start: setImmediate };',
    'call(setTimeout as unknown);',
  ])('control: %s is found', (text) => {
    expect(inFence(text)).toHaveLength(1);
  });

  test.each([
    'type Port = MessagePort; function f(worker: Worker): void {}',
    'const at = { Date: 1, setTimeout: 2 }; use(at.Date);',
    'class Clock { performance = 1; postMessage(): void {} }',
    "import { setTimeout } from '../cells/clock.ts';",
    '// Atomics.load in a comment, and "Date.now()" in a string: \n const text = "Date.now()";',
  ])('permits %s', (text) => {
    expect(inFence(text)).toEqual([]);
  });
});

describe('Node 20.19', () => {
  test('nothing newer is used by the library', () => {
    expect(printed(library.flatMap(newerThanNode20))).toEqual([]);
  });

  test.each([
    'using stack = new DisposableStack();',
    'const bits = new Float16Array(1);',
    'memory.transfer();',
    'memory.transfer(8);',
    'Atomics.pause();',
  ])('control: %s is found', (text) => {
    expect(newerThanNode20(sourceOf('src/cells/cell.ts', text))).toHaveLength(1);
  });
});
