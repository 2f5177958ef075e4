/** What the explorer refuses: code it cannot follow, patches that do not match, files without a scenario. */
import { explore } from 'fenceline/check';
import { describe, expect, test } from 'vitest';

const at = (name: string): URL => new URL(`./scenarios/${name}.scenario.ts`, import.meta.url);

describe('code that cannot be followed is named with its line', () => {
  test.each([
    [
      'getter',
      /getter\.scenario\.ts:6: Getter value reaches a cell operation \(by the call on line 7\), and a getter cannot/,
    ],
    ['constructor', /constructor\.scenario\.ts:6: Constructor constructor reaches a cell operation/],
    [
      'callback',
      /callback\.scenario\.ts:7: A function reaches a cell operation and is given to map, which cannot suspend it/,
    ],
    ['value', /value\.scenario\.ts:4: A cell operation is used as a value; call it\./],
    ['default-value', /default-value\.scenario\.ts:4: A parameter’s default value reaches a cell operation/],
    ['generator', /generator\.scenario\.ts:4: Function all reaches a cell operation .* a generator of yours/],
  ])('%s', async (name, sentence) => {
    await expect(explore(at(`refused/${name}`))).rejects.toThrow(sentence);
  });

  test('an async function may be there, and is an error where it is called', async () => {
    const { failure } = await explore(at('asynchronous'));
    expect(failure?.message).toMatch(
      /asynchronous\.scenario\.ts:5: later is asynchronous and reaches a cell operation/,
    );
  });
});

describe('patches', () => {
  const explorePatched = (file: string, find: string, replace = '') =>
    explore(at('semaphore'), { patches: [{ file, find, replace }] });

  test('a patch that matches nothing is an error', async () => {
    await expect(explorePatched('semaphore.ts', 'no such text')).rejects.toThrow(
      'The patch of semaphore.ts must match once, and matches 0 times: no such text',
    );
  });

  test('a patch that matches twice is an error', async () => {
    await expect(explorePatched('semaphore.ts', 'add(words, 1')).rejects.toThrow(/matches 2 times/);
  });

  test('a patch of a file that is not loaded is an error', async () => {
    await expect(explorePatched('elsewhere.ts', 'x')).rejects.toThrow(
      'The patch of elsewhere.ts matches no source that the scenario reaches.',
    );
  });

  test('a patch that breaks the syntax is an error', async () => {
    await expect(explorePatched('semaphore.ts', 'for (;;) {', 'for (;; {')).rejects.toThrow(/semaphore\.ts/);
  });

  test('an unknown planted bug is an error that lists the known ones', async () => {
    await expect(explore(at('semaphore'), { planted: 'x' })).rejects.toThrow(
      "There is no planted bug 'x'; there are 'looks for waiters first'.",
    );
    await expect(explore(at('once'), { planted: 'x' })).rejects.toThrow(/There is no file .*once\.planted\.ts/);
  });
});

test('a file without a scenario is an error', async () => {
  await expect(explore(at('refused/nothing'))).rejects.toThrow(/has no scenario as its default export/);
});

test('a missing file is an error', async () => {
  await expect(explore(at('missing'))).rejects.toThrow(/ENOENT/);
});
