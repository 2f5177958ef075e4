/** Bugs that the exploration must find; each is an edit of the sources that ship. */
import type { PlantedBug } from 'fenceline/check';

const bugs: readonly PlantedBug[] = [
  {
    name: 'the point is signalled before the slot may be collected',
    file: 'src/schedule/complete.ts',
    find: `  movePhase(agent, job, loadPhase(agent, job), DONE_JOB, agent.index);
  if (!isSignaled) writeSeqno(words, laneAt + TL_LO, laneAt + TL_EPOCH, load(words, laneAt + TL_EPOCH), seqno);
`,
    replace: `  if (!isSignaled) writeSeqno(words, laneAt + TL_LO, laneAt + TL_EPOCH, load(words, laneAt + TL_EPOCH), seqno);
  movePhase(agent, job, loadPhase(agent, job), DONE_JOB, agent.index);
`,
  },
  {
    name: 'the last job does not release its buffer',
    file: 'src/schedule/complete.ts',
    find: '  for (const use of uses) tryRelease(agent, use.buffer);\n',
    replace: '',
  },
];
export default bugs;
