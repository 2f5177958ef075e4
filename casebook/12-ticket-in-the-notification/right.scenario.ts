/** Over Fenceline's own locks: the notification takes the importer's lock under the ticket of whoever moves. */
import { scenario } from 'fenceline/check';
import type { LockSet } from '#fenceline/reservation/lock-set.js';
import { newBuffer, newSpace, type Space, small } from '../../test/explore/schedule/space-world.ts';
import { agentIn, describeWordOf } from '../../test/explore/world.ts';
import { take, transact } from '../transact.ts';

const size = { seated: 2, buffers: 2 };
const frame = 0;
const pageTables = 1;

/** Of the importer. False: this transaction has to give way, and whoever called passes that on. */
function moveNotify(space: Space, mover: number, set: LockSet): boolean {
  return take(space, agentIn(space, mover), set, pageTables);
}

export default scenario({
  setup: (): Space => {
    const space = newSpace(size);
    newBuffer(agentIn(space, 0));
    newBuffer(agentIn(space, 0));
    return space;
  },
  agents: {
    submitter: (space) => {
      const agent = agentIn(space, 0);
      return transact(space, agent, (set) => take(space, agent, set, pageTables) && take(space, agent, set, frame));
    },
    mover: (space) => {
      const agent = agentIn(space, 1);
      return transact(space, agent, (set) => take(space, agent, set, frame) && moveNotify(space, 1, set));
    },
  },
  outcomes: [{ submitter: true, mover: true }],
  describeWord: describeWordOf(size),
  options: { preemptions: 1, patches: small },
});
