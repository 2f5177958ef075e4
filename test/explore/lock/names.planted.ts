/** Bugs that the exploration must find; each is an edit of the sources that ship. */
import type { PlantedBug } from 'fenceline/check';

const bugs: readonly PlantedBug[] = [
  {
    name: 'who loses a word to the same name goes on to the next slot',
    file: 'src/lock/names.ts',
    find: '(!cas(words, at + index, 0, wanted) && load(words, at + index) !== wanted)',
    replace: '!cas(words, at + index, 0, wanted)',
  },
  {
    name: 'a word is taken for written without looking who wrote it',
    file: 'src/lock/names.ts',
    find: '(!cas(words, at + index, 0, wanted) && load(words, at + index) !== wanted)',
    replace: '(cas(words, at + index, 0, wanted) && false)',
  },
  {
    name: 'a name is known by its beginning',
    file: 'src/lock/names.ts',
    find: 'index < encoded.length; index++',
    replace: 'index < encoded.length - 1; index++',
  },
];
export default bugs;
