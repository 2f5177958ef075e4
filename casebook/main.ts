/** `npm run casebook`: judges every exhibit, a line for each design. Exit code 1 if one is not as written. `--write` renews the page. */
import { writeFileSync } from 'node:fs';
import { documentOf } from './document.ts';
import { type Judged, type Judgement, judge } from './judge.ts';
import { allExhibits, type Shelved } from './shelf.ts';

/** From build/casebook. */
const page = new URL('../../docs/casebook.md', import.meta.url);

const judged: (readonly [Shelved, Judged])[] = [];
for (const shelved of await allExhibits()) {
  const result = await judge(shelved);
  judged.push([shelved, result]);
  const { wrong, right, differences } = result;
  console.log(`${shelved.name}: ${shelved.title}`);
  console.log(`  wrong  ${lineOf(wrong)}`);
  if (wrong.replay !== '') console.log(`         ${wrong.replay}`);
  console.log(`  right  ${lineOf(right)}`);
  for (const difference of differences) console.log(`  NOT AS WRITTEN: ${difference}`);
}
const wrongOnes = judged.filter(([, { differences }]) => differences.length > 0);
const count = `${judged.length} exhibits, ${wrongOnes.length} not as written.`;
console.log(count);
if (wrongOnes.length > 0 || judged.length === 0) process.exitCode = 1;
else if (process.argv.includes('--write')) writeFileSync(page, documentOf(judged));

function lineOf({ verdict, executions, tookMs }: Judgement): string {
  const found = (verdict ?? 'no failure').padEnd(14);
  return `${found}  ${String(executions).padStart(7)} executions  ${tookMs.toFixed(0).padStart(6)} ms`;
}
