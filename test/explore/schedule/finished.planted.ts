/** Bugs that the exploration must find; each is an edit of the sources that ship. */
import type { PlantedBug } from 'fenceline/check';

const bugs: readonly PlantedBug[] = [
  {
    name: 'the record is taken out of force before it is finished',
    file: 'src/memory/publication.ts',
    find: '    const pairs = loadWords(agent, record);\n',
    replace: '    const pairs = loadWords(agent, record);\n    store(agent.words, redoAt, 0);\n',
  },
  {
    name: 'only the repairer that finishes frees the chunks',
    file: 'src/memory/publication.ts',
    find: '    store(agent.words, redoAt, 0);\n  }\n  freeChunksOf(agent, ownerBase + deadIndex);\n',
    replace: '    freeChunksOf(agent, ownerBase + deadIndex);\n    store(agent.words, redoAt, 0);\n  }\n',
  },
  {
    name: 'a publication stays in force until the locks came free',
    file: 'src/repairs.ts',
    find: '  repairPublications,\n  repairHeaps,\n  repairAccounts,\n  repairDeviceHeaps,\n  repairBufferLocks,\n',
    replace: '  repairHeaps,\n  repairAccounts,\n  repairDeviceHeaps,\n  repairBufferLocks,\n  repairPublications,\n',
  },
];
export default bugs;
