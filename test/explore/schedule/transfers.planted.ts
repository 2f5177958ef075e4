/** Bugs that the exploration must find; each is an edit of the sources that ship. */
import type { PlantedBug } from 'fenceline/check';

const bugs: readonly PlantedBug[] = [
  {
    name: 'drafts are published without a mark',
    file: 'src/memory/placement.ts',
    find: '  for (const { buffer } of drafts) store(agent.words, bufferAt(agent, buffer) + B_DRAFT, 1);\n',
    replace: '',
  },
  {
    name: 'marked contents are taken for good',
    file: 'src/schedule/admit.ts',
    find: "    store(agent.words, at + B_CONTENTS, codeNumber('EOWNERDEAD'));\n",
    replace: '',
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
  store(agent.words, bufferAt(agent, buffer) + B_PLACEMENT, block + 1);
`,
    replace: `  if (old >= 0) freeBlock(agent, old);
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
