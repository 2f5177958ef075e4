/** The casebook: every wrong design is found out as written, every right one comes through, and the page says so. */
import { explore } from 'fenceline/check';
import { describe, expect, test } from 'vitest';
import { documentOf } from '../../casebook/document.ts';
import { type Judged, judge } from '../../casebook/judge.ts';
import { allExhibits, type Shelved, sourceOf, textOf } from '../../casebook/shelf.ts';
import { show } from '../../casebook/show.ts';
import { firstFew } from '../lengths.ts';
import { readText } from '../tidy/source.ts';

/** Both designs of an exhibit, on a busy machine. */
const judgeMs = 300_000;

const exhibits = await allExhibits();
const judged = new Map<string, Judged>();

async function judgedOnce(shelved: Shelved): Promise<Judged> {
  const known = judged.get(shelved.name) ?? (await judge(shelved));
  judged.set(shelved.name, known);
  return known;
}

const byName = (name: string): Shelved => {
  const found = exhibits.find((one) => one.name === name);
  if (found === undefined) throw new Error(`There is no exhibit ${name}.`);
  return found;
};

describe.each(exhibits)('$name', (shelved) => {
  test(
    'is judged as it is written',
    async () => {
      expect((await judgedOnce(shelved)).differences).toEqual([]);
    },
    judgeMs,
  );

  test('can be read at a glance', () => {
    for (const code of [shelved.wrong, shelved.right]) {
      expect(textOf(shelved, code).trimEnd().split('\n').length).toBeLessThanOrEqual(60);
    }
  });

  test('its replay line fails again', async () => {
    const { wrong } = await judgedOnce(shelved);
    if (!('scenario' in shelved.wrong)) return expect(wrong.replay).toBe('');
    const again = await explore(sourceOf(shelved, shelved.wrong), { replay: wrong.replay });
    expect(again.failure?.kind).toBe(shelved.wrong.verdict);
    expect(again.executions).toBe(1);
  });
});

describe('the page', () => {
  test('docs/casebook.md is what the exhibits say (renew it with: npm run casebook -- --write)', async () => {
    const all: (readonly [Shelved, Judged])[] = [];
    for (const shelved of exhibits) all.push([shelved, await judgedOnce(shelved)]);
    expect(readText('docs/casebook.md')).toBe(documentOf(all));
  });

  test('exhibits are numbered from 1, none left out', () => {
    expect(exhibits.map(({ name }) => Number(name.slice(0, 2)))).toEqual(exhibits.map((_, index) => index + 1));
    expect(exhibits.length).toBeGreaterThan(16);
  });
});

describe('control', () => {
  test.each(
    firstFew(
      [
        [
          '01-borrowed-lock',
          'src/fence/points.ts',
          'return isThere(state, point.generation) ? status : unknown;',
          'return status;',
        ],
        [
          '02-driver-unload',
          'src/fence/timeline.ts',
          'closedWord(closing));\n  }\n  wake(agent, timeline);',
          'closedWord(closing));\n  }',
        ],
        ['04-nested-arrays', 'src/fence/timeline.ts', '!== 0) wake(agent, writer.timeline);', '!== 0) return;'],
        [
          '12-ticket-in-the-notification',
          'src/lock/ww-lock.ts',
          "if (ticket.rule === 'wait-die' && ticket.holding > 0 &&",
          "if (ticket.rule === 'wait-die' && ticket.holding > 9 &&",
        ],
        [
          '15-contention-as-out-of-memory',
          'src/memory/evict.ts',
          'if (request.contended < 0) request.contended = victim;',
          '',
        ],
        [
          '16-move-during-a-map',
          'src/buffer/exports.ts',
          '  add(agent.words, bufferAt(agent, buffer) + B_EPOCH, 1);\n  // One load',
          '  // One load',
        ],
      ],
      2,
    ),
  )('%s: a right design over the library is wrong with a bug in the library', async (name, file, find, replace) => {
    const shelved = byName(name);
    const { failure } = await explore(sourceOf(shelved, shelved.right), { patches: [{ file, find, replace }] });
    expect(failure).toBeDefined();
  });

  test('the command fails if an exhibit is not as written, and shows how to repeat what was found', async () => {
    const first = byName('01-borrowed-lock');
    const result = await judgedOnce(first);
    const lines: string[] = [];
    expect(show([[first, result]], (line) => lines.push(line))).toBe(0);
    expect(lines.map((line) => line.trim())).toContain(result.wrong.replay);
    expect(lines.at(-1)).toBe('1 exhibits, 0 not as written.');
    expect(show([[first, { ...result, differences: ['It is another.'] }]], (line) => lines.push(line))).toBe(1);
    expect(lines.slice(-2)).toEqual(['  NOT AS WRITTEN: It is another.', '1 exhibits, 1 not as written.']);
    expect(show([], () => {})).toBe(1);
  });

  test('an exhibit whose wrong design is right, and the other way round, is not as written', async () => {
    const first = byName('01-borrowed-lock');
    const { wrong, right } = first;
    const swapped = { ...first, wrong: { ...wrong, ...right }, right: { ...right, ...wrong } };
    const { differences } = await judge(swapped);
    expect(differences[0]).toBe("The wrong design should end as 'assertion', and it ends as 'no failure'.");
    expect(differences.some((one) => one.startsWith('The right design should come through'))).toBe(true);
  });

  test('an exhibit that expects another message is not as written', async () => {
    const first = byName('01-borrowed-lock');
    const { differences } = await judge({ ...first, wrong: { ...first.wrong, says: 'something else' } });
    expect(differences).toHaveLength(1);
  });
});
