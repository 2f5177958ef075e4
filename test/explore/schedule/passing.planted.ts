/** Bugs that the exploration must find; each is an edit of the sources that ship. */
import type { PlantedBug } from 'fenceline/check';

const bugs: readonly PlantedBug[] = [
  {
    name: 'nobody is let pass',
    file: 'src/passing.ts',
    find: 'alone = letPass(agent, buffer, looks) ? 0 : alone + 1;',
    replace: 'alone++;',
  },
  {
    name: 'who holds the lock for a job is not let pass',
    file: 'src/passing.ts',
    find: 'if (!isHeld(load(words, lockAt))) return wasAny;',
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
    find: 'pauseWhile(agent.words, at, word, look);',
    replace: 'pauseWhile(agent.words, H_JOB_TOP, load(agent.words, H_JOB_TOP), look);',
  },
  {
    name: 'the ticket that admits is taken for another one',
    file: 'src/lock/ticket.ts',
    find: 'return id >= 0 && id % ticketsPerAgent === ticketsPerAgent - 1;',
    replace: 'return id >= 0 && id % ticketsPerAgent === ticketsPerAgent - 2;',
  },
];
export default bugs;
