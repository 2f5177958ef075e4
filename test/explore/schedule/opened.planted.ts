/** Bugs that the exploration must find; each is an edit of the sources that ship. */
import type { PlantedBug } from 'fenceline/check';

const bugs: readonly PlantedBug[] = [
  {
    name: 'the last one out does not look again',
    file: 'src/cells/held-slot.ts',
    find: 'const state = isHeld(agent, at) ? LIVE : CLOSED;',
    replace: 'const state = CLOSED;',
  },
  {
    name: 'an opener is content with a slot that is closing',
    file: 'src/cells/held-slot.ts',
    find: 'if (generationOf(word) === generation && stateOf(word) === LIVE) return true;',
    replace: 'if (generationOf(word) === generation && stateOf(word) <= CLOSING) return true;',
  },
  {
    name: 'a hold that failed leaves its bit',
    file: 'src/cells/held-slot.ts',
    find: '  if (!wasHeld) dropHold(agent, at, agent.index);\n',
    replace: '',
  },
  {
    name: 'the slot is somebody else’s, and its buffer is held all the same',
    file: 'src/cells/held-slot.ts',
    find: '  if (generationOf(load(words, at + S_STATE)) !== generation) return false;\n',
    replace: '  generation = generationOf(load(words, at + S_STATE));\n',
  },
];
export default bugs;
