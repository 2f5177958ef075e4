/** `fenceline check` as a function: exit codes, and lines that can be run again. */
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { runCheck } from '#fenceline/explore/command.js';

const at = (name: string): string => fileURLToPath(new URL(`./scenarios/${name}.scenario.ts`, import.meta.url));

async function run(...args: string[]): Promise<{ code: number; text: string }> {
  const lines: string[] = [];
  const code = await runCheck(args, (line) => lines.push(line));
  return { code, text: lines.join('\n') };
}

describe('what it finds', () => {
  test('a clean file gives 0 and its outcomes', async () => {
    const { code, text } = await run(at('store-buffering'));
    expect(code).toBe(0);
    expect(text).toMatch(/no failure \(\d+ executions, \d+ steps in .* every schedule within the bounds\)/);
    expect(text).toMatch(/\d+ x \{"left":1,"right":1\}/);
  });

  test('a failing file gives 1, the schedule, and a line that fails again', async () => {
    const { code, text } = await run(at('philosophers'), '--preemptions', '3');
    expect(code).toBe(1);
    expect(text).toMatch(/deadlock/);
    const [, args = ''] = /Repeat it: npx fenceline check (.*)$/m.exec(text) ?? [];
    const again = await run(...args.split(' ').map((arg) => arg.replace(/^'(.*)'$/, '$1')));
    expect(again).toMatchObject({ code: 1, text: expect.stringMatching(/deadlock/) });
  });

  test('a planted bug is named, and a death', async () => {
    const { code, text } = await run(at('robust'), '--planted', 'no repair', '--kill', 'one');
    expect(code).toBe(1);
    expect(text).toMatch(/Agent one died before its operation/);
    expect(text).toMatch(/--replay '[^']*!a[^']*' --planted 'no repair'/);
  });

  test('as JSON, and with what was never reached', async () => {
    const { text } = await run(at('once'), '--json');
    expect(JSON.parse(text)).toMatchObject({ isComplete: true, executions: 24 });
    expect((await run(at('j-ring-fixed'), '--coverage')).text).toMatch(
      /never reached: .*j-ring-fixed\.ts:\d+:\d+ wait in push/,
    );
  });

  test('a schedule that does not fail says so', async () => {
    expect(await run(at('philosophers'), '--replay', 'a')).toEqual({
      code: 0,
      text: expect.stringMatching(/this schedule does not fail\.$/),
    });
  });
});

describe('what it refuses, with 2', () => {
  test.each([
    [['--strategy', 'luck', 'x'], 'The strategy (luck) must be dfs, por, dpor, random or pct.'],
    [['--seed', '-1', 'x'], /seed/],
    [['--executions', '1.5', 'x'], 'The option --executions (1.5) must be a whole number from 0 on.'],
    [['--nonsense', 'x'], /nonsense/],
    [['no-such.scenario.ts'], /ENOENT/],
    [[], /^Usage: fenceline check/],
  ])('%j', async (args, sentence) => {
    const { code, text } = await run(...args);
    expect(code).toBe(2);
    if (typeof sentence === 'string') expect(text).toBe(sentence);
    else expect(text).toMatch(sentence);
  });

  test('help is no mistake', async () => {
    expect(await run('--help')).toMatchObject({ code: 0, text: expect.stringMatching(/^Usage/) });
  });
});
