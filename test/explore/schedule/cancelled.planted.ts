/** Bugs that the exploration must find; each is an edit of the sources that ship. */
import type { PlantedBug } from 'fenceline/check';

const bugs: readonly PlantedBug[] = [
  {
    name: 'a job whose worker died is done',
    file: 'src/schedule/repair-jobs.ts',
    find: 'else endBy(agent, job, word, dead);\n      break;\n    case FINISHING',
    replace: 'else endBy(agent, job, word, 0);\n      break;\n    case FINISHING',
  },
  {
    name: 'the error of a job is not on record',
    file: 'src/schedule/complete.ts',
    find: '  if (error !== 0 && !isSignaled) recordError(words, laneAt, seqno, error);\n',
    replace: '',
  },
  {
    name: 'the jobs of a dead submitter stay its own',
    file: 'src/schedule/repair-jobs.ts',
    find: '  if (!cas(words, at + J_SUBMITTER, deadIndex, nobody)) return;\n',
    replace: '',
  },
  {
    name: 'a slot that was being filled above the top is lost',
    file: 'src/schedule/repair-jobs.ts',
    find: 'job < agent.layout.limits.jobs; job++',
    replace: 'job < load(agent.words, 49); job++',
  },
];
export default bugs;
