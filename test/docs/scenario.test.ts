/** The scenario of the README has the bug that the README says, prints what stands there, and its last line finds it again. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readText, root } from '../tidy/source.ts';
import { blocksIn } from './blocks.ts';

const name = 'mutex.scenario.ts';
const folder = join(root, 'build', 'docs', 'readme-scenario');
const main = join(root, 'dist', 'cli', 'main.js');
const readme = readText('README.md');

function fenceline(...args: string[]) {
  const { stdout, status } = spawnSync(process.execPath, [main, ...args], { cwd: folder, encoding: 'utf8' });
  // How long it took is the only thing that differs from run to run.
  return {
    status,
    lines: stdout
      .trimEnd()
      .replace(/ in \d+\.\d\d s\)/, ')')
      .split('\n'),
  };
}

test('what the README shows of a check is what the check prints, and the line it ends with fails again', () => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), blocksIn(readme).find((block) => block.name === name)?.code ?? '');

  const found = fenceline('check', name);
  expect(found.status).toBe(1);
  const shown = /```text\n(mutex[\s\S]*?)\n```/.exec(readme)?.[1]?.replace(/ in \d+\.\d\d s\)/, ')');
  expect(found.lines.join('\n')).toBe(shown);

  const line = found.lines.at(-1) ?? '';
  expect(line).toMatch(/^Repeat it: npx fenceline check mutex\.scenario\.ts --replay '\w+'$/);
  const args = line.replace(/^Repeat it: npx fenceline /, '').split(' ');
  const again = fenceline(...args.map((arg) => arg.replace(/^'(.*)'$/, '$1')));
  expect(again.status).toBe(1);
  expect(again.lines[0]).toMatch(/^mutex\.scenario\.ts: lost wake-up \(1 executions/);
  expect(again.lines.slice(1)).toEqual(found.lines.slice(1));
});

test('with two threads the same lock is right', () => {
  const code = blocksIn(readme).find((block) => block.name === name)?.code ?? '';
  expect(code).toContain(', three: work');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'two.scenario.ts'), code.replace(', three: work', ''));
  const { status, lines } = fenceline('check', 'two.scenario.ts');
  expect(status).toBe(0);
  expect(lines[0]).toMatch(/: no failure .*every schedule within the bounds/);
});
