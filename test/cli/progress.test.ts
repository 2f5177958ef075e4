/** Progress: a bar on a terminal, lines anywhere else, neither too often. */
import { describe, expect, test } from 'vitest';
import { Progress } from '#fenceline/cli/progress.js';

function screen(isTTY: boolean, columns = 80) {
  const written: string[] = [];
  return { written, isTTY, columns, write: (text: string) => written.push(text) };
}

describe('on a terminal', () => {
  test('a bar is drawn over itself, and is gone at the end', () => {
    const terminal = screen(true);
    let ms = 0;
    const progress = new Progress(terminal, () => ms);
    ms = 1000;
    progress.advance(1, 0.5);
    progress.end();
    expect(terminal.written).toEqual([`\r[${'='.repeat(14)}${' '.repeat(14)}] 50 %, 1 item, 1.0/s\x1b[K`, '\r\x1b[K']);
  });

  test('it is redrawn at most every 80 ms', () => {
    const terminal = screen(true);
    let ms = 0;
    const progress = new Progress(terminal, () => ms);
    for (ms = 0; ms < 800; ms++) progress.advance(1, undefined);
    expect(terminal.written).toHaveLength(10);
    expect(progress.items).toBe(800);
  });

  test('it never wraps', () => {
    const terminal = screen(true, 20);
    new Progress(terminal, () => 0).advance(1, 0.1);
    expect(terminal.written[0]?.replace('\r', '').replace('\x1b[K', '')).toHaveLength(19);
  });

  test('names of outputs do not disturb it', () => {
    const terminal = screen(true);
    new Progress(terminal, () => 0).wrote('a.png', 10);
    expect(terminal.written).toEqual([]);
  });
});

describe('elsewhere', () => {
  test('there is a line for each output, and at most one every two seconds besides', () => {
    const file = screen(false);
    let ms = 0;
    const progress = new Progress(file, () => ms);
    for (ms = 0; ms <= 4000; ms += 10) progress.advance(1, 0.25);
    progress.wrote('a.png', 2048);
    progress.end();
    expect(file.written).toEqual([
      '25 %, 201 items, 100.5/s\n',
      '25 %, 401 items, 100.3/s\n',
      'wrote a.png (2.00 KiB)\n',
    ]);
  });

  test('without a known end there is no percentage', () => {
    const file = screen(false);
    let ms = 0;
    const progress = new Progress(file, () => ms);
    ms = 2000;
    progress.advance(3, undefined);
    expect(file.written).toEqual(['3 items, 1.5/s\n']);
  });
});
