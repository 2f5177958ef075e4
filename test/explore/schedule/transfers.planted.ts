/** Bugs that the exploration must find; each is an edit of the sources that ship. */
import type { PlantedBug } from 'fenceline/check';

const bugs: readonly PlantedBug[] = [
  {
    name: 'several drafts are published without a record',
    file: 'src/memory/publication.ts',
    find: '  if (record !== 0) store(agent.words, redoAt, record);\n',
    replace: '',
  },
  {
    name: 'the record is in force only after the first placement',
    file: 'src/memory/publication.ts',
    find: `  if (record !== 0) store(agent.words, redoAt, record);
  for (const { buffer, block } of drafts) publishLocked(agent, buffer, block);
`,
    replace: `  for (const { buffer, block } of drafts) {
    publishLocked(agent, buffer, block);
    if (record !== 0) store(agent.words, redoAt, record);
  }
`,
  },
  {
    name: 'the record is over before the last placement',
    file: 'src/memory/publication.ts',
    find: `  for (const { buffer, block } of drafts) publishLocked(agent, buffer, block);
`,
    replace: `  for (const { buffer, block } of drafts) {
    publishLocked(agent, buffer, block);
    store(agent.words, redoAt, 0);
  }
`,
  },
  {
    name: 'nobody finishes what the dead were publishing',
    file: 'src/repairs.ts',
    find: '  repairPublications,\n',
    replace: '',
  },
  {
    name: 'publications are finished after the blocks were settled',
    file: 'src/repairs.ts',
    find: '  repairPublications,\n  repairHeaps,\n',
    replace: '  repairHeaps,\n  repairPublications,\n',
  },
  {
    name: 'who finishes a publication forgets the old memory',
    file: 'src/memory/publication.ts',
    find: '  if (old >= 0 && old !== block) setBlockState(agent, old, CLOSING, deadIndex);\n',
    replace: '',
  },
  {
    name: 'a finished publication stays in force',
    file: 'src/memory/publication.ts',
    find: '    store(agent.words, redoAt, 0);\n  }\n  freeChunksOf',
    replace: '  }\n  freeChunksOf',
  },
  {
    name: 'the record of the dead keeps its chunks',
    file: 'src/memory/publication.ts',
    find: '  freeChunksOf(agent, ownerBase + deadIndex);\n',
    replace: '',
  },
  {
    name: 'only the first draft of a record is finished',
    file: 'src/memory/publication.ts',
    find: 'for (let at = 0; at < pairs.length; at += 2) {',
    replace: 'for (let at = 0; at < 2; at += 2) {',
  },
  {
    name: 'the old memory is forgotten by a death',
    file: 'src/memory/placement.ts',
    find: '  if (old >= 0) retireBlock(agent, old);\n',
    replace: '',
  },
  {
    name: 'the old memory is free before the new one is in place',
    file: 'src/memory/placement.ts',
    find: `  if (old >= 0) retireBlock(agent, old);
  invalidateLocked(agent, buffer);
  store(agent.words, bufferAt(agent, buffer) + B_PLACEMENT, block + 1);
`,
    replace: `  if (old >= 0) freeBlock(agent, old);
  invalidateLocked(agent, buffer);
  store(agent.words, bufferAt(agent, buffer) + B_PLACEMENT, block + 1);
`,
  },
  {
    name: 'a published block stays its maker’s',
    file: 'src/memory/placement.ts',
    find: '  commitBlock(agent, block);\n  store(agent.words, bufferAt(agent, buffer) + B_CONTENTS, 0);\n',
    replace: '  store(agent.words, bufferAt(agent, buffer) + B_CONTENTS, 0);\n',
  },
];
export default bugs;
