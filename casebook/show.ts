/** What `npm run casebook` prints: a line for each design, and a count. */
import type { Judged, Judgement } from './judge.ts';
import type { Shelved } from './shelf.ts';

/** Outcomes: the exit code, 0 if every exhibit is as written, and there is one. */
export function show(all: readonly (readonly [Shelved, Judged])[], print: (line: string) => void): number {
  for (const [{ name, title }, { wrong, right, differences }] of all) {
    print(`${name}: ${title}`);
    print(`  wrong  ${lineOf(wrong)}`);
    if (wrong.replay !== '') print(`         ${wrong.replay}`);
    print(`  right  ${lineOf(right)}`);
    for (const difference of differences) print(`  NOT AS WRITTEN: ${difference}`);
  }
  const different = all.filter(([, { differences }]) => differences.length > 0).length;
  print(`${all.length} exhibits, ${different} not as written.`);
  return different > 0 || all.length === 0 ? 1 : 0;
}

function lineOf({ verdict, executions, tookMs }: Judgement): string {
  const found = (verdict ?? 'no failure').padEnd(14);
  return `${found}  ${String(executions).padStart(7)} executions  ${tookMs.toFixed(0).padStart(6)} ms`;
}
