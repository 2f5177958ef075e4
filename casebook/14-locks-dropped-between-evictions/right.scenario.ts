/** Over Fenceline's own moves: two clients need two buffers each, one of them the same, and there is memory for two of three. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { moveLocked } from '#fenceline/memory/move.js';
import { residenceOf } from '#fenceline/memory/residence.js';
import type { LockSet } from '#fenceline/reservation/lock-set.js';
import { newResidents } from '../../test/explore/memory/residents.ts';
import { type Space, small } from '../../test/explore/schedule/space-world.ts';
import { agentIn } from '../../test/explore/world.ts';
import { take, transact } from '../transact.ts';

const memory = 0;
const swap = 1;

/** Draws with two buffers. Nothing is given back before both are there, and used. */
function draw(space: Space, client: number, buffers: readonly number[]): true {
  const agent = agentIn(space, client);
  return transact(space, agent, (set) => {
    for (const buffer of buffers) if (!bringIn(space, client, set, buffer)) return false;
    for (const buffer of buffers) assert.equal(residenceOf(agent, buffer), memory, 'Both are there at once.');
    return true;
  });
}

/** False: the ticket has to give way. */
function bringIn(space: Space, client: number, set: LockSet, buffer: number): boolean {
  const agent = agentIn(space, client);
  if (!take(space, agent, set, buffer)) return false;
  while (residenceOf(agent, buffer) !== memory && moveLocked(agent, buffer, memory) !== 'moved') {
    // Its lock is taken for good: it must not come back before the end.
    const victim = client === 0 ? 2 : 0;
    if (!take(space, agent, set, victim)) return false;
    if (residenceOf(agent, victim) === memory) assert.equal(moveLocked(agent, victim, swap), 'moved');
  }
  return true;
}

export default scenario({
  setup: () => newResidents(3, 2, 2),
  agents: {
    left: (space) => draw(space, 0, [0, 1]),
    right: (space) => draw(space, 1, [2, 1]),
  },
  outcomes: [{ left: true, right: true }],
  options: { preemptions: 1, patches: small },
});
