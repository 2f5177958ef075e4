/** docs/casebook.md, made from the exhibits and from what is said of them: nothing in it can be out of date. */
import { type Code, threads } from './exhibit.ts';
import type { Judged, Judgement } from './judge.ts';
import { type Shelved, textOf } from './shelf.ts';

const introduction = `# The casebook

Designs that people met, wrong and right, each with what a machine says of it: the explorer ([explorer.md](explorer.md)), which runs
every order of a scenario's steps within its bounds, or the validator ([validator.md](validator.md)). The quotations are from the five
mail threads about Linux that this library began with. All of it lives in \`casebook/\`; \`npm run casebook\` judges it again, and
\`npm run casebook -- --write\` makes this page. Where an exhibit imports \`#fenceline/...\`, it runs over the library's own sources.
`;

/** The page, without a time in it: the same exhibits give the same text. */
export function documentOf(all: readonly (readonly [Shelved, Judged])[]): string {
  const contents = all.map(([{ title, name, wrong }]) => `| [${title}](#${anchorOf(name)}) | ${wrong.verdict} |`);
  const table = ['| exhibit | what is found |', '| --- | --- |', ...contents, ''].join('\n');
  return [introduction, table, ...all.map(([shelved, judged]) => chapterOf(shelved, judged))].join('\n');
}

function chapterOf(shelved: Shelved, { wrong, right }: Judged): string {
  const { title, name, seed, quotation } = shelved;
  return `<a id="${anchorOf(name)}"></a>

## ${Number(name.slice(0, 2))}. ${title}

> ${quotation}
>
> ${threads[seed]}

**Wrong.** ${shelved.wrong.text}

${codeOf(shelved, shelved.wrong)}

${foundOf(shelved, wrong)}

**Right.** ${shelved.right.text}

${codeOf(shelved, shelved.right)}

${cleanOf(shelved, right)}
`;
}

function foundOf(shelved: Shelved, judgement: Judgement): string {
  const { verdict, message, schedule, replay } = judgement;
  if (verdict === 'finding') return `What is reported:\n\n${fenced('text', withoutPlaces(message))}`;
  const found = `What the explorer finds${counted(shelved, shelved.wrong, judgement)}: **${verdict}**.`;
  return `${found}\n\n${fenced('text', `${withoutFolders(`${message}\n\n${schedule}`)}\n\n${replay}`)}`;
}

function cleanOf(shelved: Shelved, judgement: Judgement): string {
  if ('program' in shelved.right) return 'It runs to its end, and nothing is reported.';
  return `Every schedule within its bounds${counted(shelved, shelved.right, judgement)}: no failure.`;
}

/** Not marked as \`ts\`: what is so marked in a document is a program by itself, and these have their own test. */
function codeOf(shelved: Shelved, code: Code): string {
  const path = 'scenario' in code ? code.scenario : code.program;
  const file = `casebook/${shelved.name}/${path.replace('./', '')}`;
  return `[${file}](../${file}):\n\n${fenced('typescript', textOf(shelved, code).trimEnd())}`;
}

/** The places in a validator's report are those of one build; long ones are cut, and end with `~` and a hash. */
function withoutPlaces(message: string): string {
  const place = String.raw`\S+(?::\d+:\d+|~[0-9a-f]{8})`;
  return message.replaceAll(new RegExp(` \\((?:first )?at ${place}\\)| at ${place}`, 'g'), '');
}

/** Files by their names; lines only of the exhibit itself, as those of the library move with every change of it. */
function withoutFolders(text: string): string {
  return text.replaceAll(/(\S*\/)([\w.-]+)(:\d+)/g, (_, folder: string, file: string, line: string) =>
    folder.startsWith('casebook/') ? `${file}${line}` : file,
  );
}

/** How many executions it took, of code that stands in the exhibit alone: otherwise the number changes with the library. */
function counted(shelved: Shelved, code: Code, { executions }: Judgement): string {
  if (/from '(#fenceline|\.\.)\//.test(textOf(shelved, code))) return '';
  return executions === 1 ? ', in one execution' : `, in ${executions} executions`;
}

function fenced(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}

function anchorOf(name: string): string {
  return `exhibit-${name}`;
}
