/** `npm run explore:known`: explores what is known and prints it as a table, with executions per second. Exit code 1 if a row differs. */
import { explore, type Report } from 'fenceline/check';
import { type KnownCase, knownCases } from './cases.ts';

/** From build/examples/check; the explorer loads the sources themselves. */
const sources = new URL('../../../examples/check/', import.meta.url);

const header = ['scenario', 'expected', 'because', 'found', 'executions', 'steps', 'executions/s'];

function foundIn({ failure, outcomes, isComplete }: Report): string {
  if (failure !== undefined) return failure.kind;
  return `${outcomes.size} outcomes${isComplete ? '' : ' so far'}`;
}

function isAsKnown({ expected, executions }: KnownCase, report: Report): boolean {
  if (executions !== undefined && executions !== report.executions) return false;
  return foundIn(report) === (typeof expected === 'string' ? expected : `${expected} outcomes`);
}

const rows: (readonly string[])[] = [];
for (const known of knownCases) {
  const { title, name, limits, expected, because } = known;
  const report = await explore(new URL(`${name}.scenario.ts`, sources), limits);
  if (!isAsKnown(known, report)) process.exitCode = 1;
  rows.push([
    title,
    typeof expected === 'string' ? expected : `${expected} outcomes`,
    because,
    foundIn(report) + (isAsKnown(known, report) ? '' : ' (DIFFERS)'),
    String(report.executions),
    String(report.points),
    // A few executions say nothing about speed: what was measured is the first call of everything.
    report.executions < 1000 ? '' : String(Math.round(report.executions / report.seconds)),
  ]);
}
const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
console.log([line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n'));
