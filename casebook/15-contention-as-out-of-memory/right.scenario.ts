/** Over Fenceline's own eviction: what was in the way is waited for, through the ticket. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { moveEvicting, newRequest } from '#fenceline/memory/evict.js';
import { moveLocked } from '#fenceline/memory/move.js';
import { closeLockSet, type LockSet, openLockSet } from '#fenceline/reservation/lock-set.js';
import { isIdle } from '#fenceline/schedule/idle.js';
import { newResidents } from '../../test/explore/memory/residents.ts';
import { type Space, small } from '../../test/explore/schedule/space-world.ts';
import { agentIn } from '../../test/explore/world.ts';
import { take, transact } from '../transact.ts';

/** There is memory for one of two buffers, and buffer 1 has it. */
const memory = 0;
const needed = 0;
const resident = 1;

interface Shared extends Space {
  /** Of the reader, who has the lock of the resident one, and is older. */
  readonly held: LockSet;
}

/** False: the ticket has to give way. */
function bringIn(space: Space, client: number, set: LockSet): boolean {
  const agent = agentIn(space, client);
  if (!take(space, agent, set, needed)) return false;
  const request = newRequest(set, isIdle, (buffer) => buffer === resident);
  while (!moveEvicting(agent, request, needed, memory)) {
    const inTheWay = request.contended;
    assert(inTheWay >= 0, 'Out of memory: nobody has the lock of the only victim.');
    if (!take(space, agent, set, inTheWay)) return false;
    request.contended = -1;
  }
  return true;
}

export default scenario({
  setup: (): Shared => {
    const space = newResidents(2, 1, 2);
    assert.equal(moveLocked(agentIn(space, 1), resident, memory), 'moved');
    const held = openLockSet(agentIn(space, 0));
    assert(take(space, agentIn(space, 0), held, resident));
    return { ...space, held };
  },
  agents: {
    reader: (space) => closeLockSet(agentIn(space, 0), space.held),
    needy: (space) => transact(space, agentIn(space, 1), (set) => bringIn(space, 1, set)),
  },
  outcomes: [{ needy: true }],
  options: { preemptions: 1, patches: small },
});
