/** `npm run casebook`: judges every exhibit. Exit code 1 if one is not as written; otherwise `--write` renews the page. */
import { writeFileSync } from 'node:fs';
import { documentOf } from './document.ts';
import { type Judged, judge } from './judge.ts';
import { allExhibits, type Shelved } from './shelf.ts';
import { show } from './show.ts';

/** From build/casebook. */
const page = new URL('../../docs/casebook.md', import.meta.url);

const judged: (readonly [Shelved, Judged])[] = [];
for (const shelved of await allExhibits()) judged.push([shelved, await judge(shelved)]);
process.exitCode = show(judged, (line) => console.log(line));
if (process.exitCode === 0 && process.argv.includes('--write')) writeFileSync(page, documentOf(judged));
