/** Bugs that the exploration must find; each is an edit of the sources that ship. */
import type { PlantedCase } from '../planted.ts';

const file = 'src/fence/chain.ts';

const alive = { preemptions: 1, killAgents: false } as const;

const bugs: readonly PlantedCase[] = [
  {
    name: 'a merge forgets what failed before it',
    limits: alive,
    file,
    find: 'if (leafStatus(memory, leaf) !== DONE) kept.push(leaf);\n      else latestMs',
    replace: 'if (leafStatus(memory, leaf) === PENDING) kept.push(leaf);\n      else latestMs',
  },
  {
    name: 'a merge forgets what a walk passes over',
    limits: alive,
    file,
    find: 'unfinishedLinks(memory, chain).flatMap(({ leaves }) => leaves)',
    replace: 'listLeaves(memory, chain)',
  },
  {
    name: 'of one timeline the last stays alone',
    limits: alive,
    file: 'src/fence/points.ts',
    find: ' || (status === PENDING && pending++ < pendingKept)',
    replace: '',
  },
  {
    name: 'a fence leaves out what failed',
    limits: alive,
    file,
    find: 'for (const leaf of leaves) if (leafStatus(memory, leaf) !== DONE) kept.push(leaf);',
    replace: 'for (const leaf of leaves) if (leafStatus(memory, leaf) === PENDING) kept.push(leaf);',
  },
];
export default bugs;
