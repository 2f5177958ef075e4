/** Bugs that the exploration must find; each is an edit of the sources that ship. */
import type { PlantedCase } from '../planted.ts';

const alive = { preemptions: 1, killAgents: false } as const;

const bugs: readonly PlantedCase[] = [
  {
    name: 'if all who wait are to be told, nobody is',
    limits: alive,
    file: 'src/sync-watch.ts',
    find: 'asked.splice(0, end < 0 ? asked.length : end)',
    replace: 'asked.splice(0, end < 0 ? 0 : end)',
  },
  {
    name: 'whoever adds a point rings before it is there',
    limits: alive,
    file: 'src/fence/sync-object.ts',
    find: '  addLink(agent, listOf(agent, syncObject), point, added);\n  wakeWaiters(agent, syncObject);',
    replace: '  wakeWaiters(agent, syncObject);\n  addLink(agent, listOf(agent, syncObject), point, added);',
  },
  {
    name: 'a look that finds nothing does not ask to be rung again',
    limits: alive,
    file: 'src/sync-watch.ts',
    find: '  listenToSyncObject(agent, id.syncObject);\n  const head',
    replace:
      '  if (headIn(agent, id.syncObject) === undefined) listenToSyncObject(agent, id.syncObject);\n  const head',
  },
  {
    name: 'a point stands for itself alone',
    limits: alive,
    file: 'src/fence/chain.ts',
    find: 'return chain.slice(0, at + 1);',
    replace: 'return chain.slice(at, at + 1);',
  },
];
export default bugs;
