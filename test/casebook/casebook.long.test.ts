/** More controls of the casebook: what its right designs over the library say of bugs in the library. */
import { explore } from 'fenceline/check';
import { expect, test } from 'vitest';
import { allExhibits, sourceOf } from '../../casebook/shelf.ts';

const exhibits = await allExhibits();

test.each([
  [
    '13-contended-lock-without-a-reference',
    'assertion',
    'src/buffer/buffer.ts',
    'return holdSlot(agent, bufferAt(agent, id.buffer), id.generation);',
    'return isBufferLive(agent, id);',
  ],
  [
    '14-locks-dropped-between-evictions',
    'deadlock',
    'src/lock/ww-lock.ts',
    "if (ticket.rule === 'wait-die' && ticket.holding > 0 &&",
    "if (ticket.rule === 'wait-die' && ticket.holding > 9 &&",
  ],
  [
    '17-page-tables-best-effort',
    'assertion',
    'src/buffer/exports.ts',
    '  add(agent.words, bufferAt(agent, buffer) + B_EPOCH, 1);\n  // One load',
    '  // One load',
  ],
])('%s: with a bug in the library it ends as %s', async (name, kind, file, find, replace) => {
  const shelved = exhibits.find((one) => one.name === name);
  if (shelved === undefined) throw new Error(`There is no exhibit ${name}.`);
  const { failure } = await explore(sourceOf(shelved, shelved.right), { patches: [{ file, find, replace }] });
  expect(failure?.kind).toBe(kind);
});
