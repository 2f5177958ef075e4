/** Bugs that the exploration must find; each is an edit of the sources that ship. */
import type { PlantedBug } from 'fenceline/check';

const bugs: readonly PlantedBug[] = [
  {
    name: 'nobody is let pass',
    file: 'src/passing.ts',
    find: 'isLast = !letPass(agent, buffer, looks) ||',
    replace: 'isLast = true ||',
  },
  {
    name: 'who holds the lock for a job is not let pass',
    file: 'src/passing.ts',
    find: 'if (!isHeldInPassing(agent, lockAt)) return wasAny;',
    replace: 'return wasAny;',
  },
  {
    name: 'who gives the job its turn is not let pass',
    file: 'src/passing.ts',
    find: 'return phaseOf(word) === ADMITTING && phaseAgentOf(word) !== agent.index;',
    replace: 'return phaseOf(word) === ADMITTING && phaseAgentOf(word) === agent.index;',
  },
  {
    name: 'the wait is for a word that does not change',
    file: 'src/passing.ts',
    find: 'pauseAsLongAs(agent, lockAt + L_WORD, looks,',
    replace: 'pauseAsLongAs(agent, J_PHASE, looks,',
  },
  {
    name: 'the ticket that admits is taken for another one',
    file: 'src/lock/ticket.ts',
    find: 'return id >= 0 && id % ticketsPerAgent === ticketsPerAgent - 1;',
    replace: 'return id >= 0 && id % ticketsPerAgent === ticketsPerAgent - 2;',
  },
];
export default bugs;
