/** Bugs that the exploration must find; each is an edit of the sources that ship. */
import type { PlantedBug } from 'fenceline/check';

const bugs: readonly PlantedBug[] = [
  {
    name: 'whoever needs contents that are absent does not ask for them',
    file: 'src/schedule/admit.ts',
    find: '    askForFilling(agent, use.buffer);\n',
    replace: '',
  },
  {
    name: 'a reader does not wait for the source',
    file: 'src/schedule/admit.ts',
    find: "if (asksForFilling(agent, job, uses)) return refused(agent, job, 'busy');",
    replace: '',
  },
  {
    name: 'what is dropped is not marked as absent',
    file: 'src/memory/evict.ts',
    find: '    forgetContents(agent, victim);\n',
    replace: '',
  },
  {
    name: 'the source is asked, and not rung',
    file: 'src/memory/filling.ts',
    find: 'FILL_ABSENT, FILL_WANTED)) ring(agent, source - 1, -1);',
    replace: 'FILL_ABSENT, FILL_WANTED)) return;',
  },
  {
    name: 'who rings others misses what happens while it enters again',
    file: 'src/cells/interest.ts',
    find: 'const first = and(words, at, 1 << agentIndex);',
    replace: 'const first = exchange(words, at, 0);',
  },
];
export default bugs;
