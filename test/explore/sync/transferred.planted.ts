/** Bugs that the exploration must find; each is an edit of the sources that ship. */
import type { PlantedCase } from '../planted.ts';

const file = 'src/fence/chain.ts';

const alive = { preemptions: 1, killAgents: false } as const;

const bugs: readonly PlantedCase[] = [
  {
    name: 'a merge forgets what failed before it',
    limits: alive,
    file,
    find: '      else if (status < 0) failed.push(leaf);\n',
    replace: '      else if (status < 0) continue;\n',
  },
  {
    name: 'a merge forgets what a walk passes over',
    limits: alive,
    file,
    find: '    if (failure !== undefined) for (const leaf of failure.leaves) listed.push(leaf);\n',
    replace: '',
  },
  {
    name: 'of one timeline the earlier stays',
    limits: alive,
    file,
    find: '    const next = leaves[index + 1];\n',
    replace: '    const next = leaves[index - 1];\n',
  },
  {
    name: 'a fence leaves out what failed',
    limits: alive,
    file,
    find: 'if (status !== DONE) (status === PENDING ? pending : failed).push(leaf);',
    replace: 'if (status === PENDING) pending.push(leaf);',
  },
];
export default bugs;
