/** Admission: working sets enter in order while they fit together. */
import { describe, expect, test } from 'vitest';
import { Admission } from '#fenceline/cli/admission.js';

const forever = new AbortController().signal;

/** The names of those that got in so far, once everything that can happen has happened. */
async function turn(): Promise<void> {
  for (let round = 0; round < 5; round++) await Promise.resolve();
}

describe('an item', () => {
  test('enters while its working set fits beside those inside, and then waits for one to leave', async () => {
    const admission = new Admission(10, forever);
    const inside: string[] = [];
    const enter = (name: string, size: number) =>
      admission.admit(size, name).then((room) => {
        inside.push(name);
        return room;
      });
    const first = enter('first', 6);
    const second = enter('second', 4);
    const third = enter('third', 1);
    await turn();
    expect(inside).toEqual(['first', 'second']);
    (await second)[Symbol.dispose]();
    await turn();
    expect(inside).toEqual(['first', 'second', 'third']);
    for (const room of [await first, await third]) room[Symbol.dispose]();
    await expect(admission.admit(10)).resolves.toBeDefined();
  });

  test('never overtakes an earlier one, even if it would fit', async () => {
    const admission = new Admission(10, forever);
    const inside: string[] = [];
    const room = await admission.admit(8);
    void admission.admit(8, 'large').then(() => inside.push('large'));
    void admission.admit(1, 'small').then(() => inside.push('small'));
    await turn();
    expect(inside).toEqual([]);
    room[Symbol.dispose]();
    await turn();
    expect(inside).toEqual(['large', 'small']);
  });

  test('gives its room back once, however often it is disposed', async () => {
    const admission = new Admission(10, forever);
    const room = await admission.admit(10);
    room[Symbol.dispose]();
    room[Symbol.dispose]();
    await admission.admit(10);
    let isIn = false;
    void admission.admit(1).then(() => {
      isIn = true;
    });
    await turn();
    expect(isIn).toBe(false);
  });

  test('of exactly the budget is permitted', async () => {
    await expect(new Admission(10, forever).admit(10)).resolves.toBeDefined();
  });

  test.each([
    [11, "The budget (10 B) is too small for 'a.jpg', which needs 11 B at once; raise it with --budget."],
    [-1, "The working set (-1) of 'a.jpg' is not a whole number of bytes."],
    [0.5, "The working set (0.5) of 'a.jpg' is not a whole number of bytes."],
    [Number.NaN, "The working set (NaN) of 'a.jpg' is not a whole number of bytes."],
  ])('of %d bytes is forbidden in a budget of 10', async (size, sentence) => {
    await expect(new Admission(10, forever).admit(size, "'a.jpg'")).rejects.toThrow(sentence);
  });

  test('that waits is told when the run stops, and so is one that comes later', async () => {
    const controller = new AbortController();
    const admission = new Admission(10, controller.signal);
    await admission.admit(10);
    const waiting = admission.admit(1);
    controller.abort(new Error('stopped'));
    await expect(waiting).rejects.toThrow('stopped');
    await expect(admission.admit(1)).rejects.toThrow('stopped');
  });
});
