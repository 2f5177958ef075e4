/**
 * Bugs that the exploration of waiting for memory must find. (To look who waits inside of the section would be right:
 * whoever waits tries once more after it entered the set, and that takes the lock.)
 */
import type { PlantedBug } from 'fenceline/check';

const enter = `export function freeBlock(agent: Agent, block: number): void {
`;
const free = `  returnBlock(agent, block);
  add(agent.words, H_FREED, 1);
`;
const look = '  if (load(agent.words, H_QUEUED_INTEREST) === 0) return;\n';
const ring = '  ringAgents(agent, takeOthers(agent.words, H_QUEUED_INTEREST, H_QUEUED_OVERFLOW, agent.index), -1);\n';

const file = 'src/memory/allocator.ts';
const bugs: readonly PlantedBug[] = [
  {
    name: 'a free looks who waits before it frees',
    file,
    find: enter + free + look,
    replace: `${enter}  const waiting = load(agent.words, H_QUEUED_INTEREST);\n${free}  if (waiting === 0) return;\n`,
  },
  {
    name: 'a free takes who waits before it frees',
    file,
    find: enter + free + look + ring,
    replace: `${enter}  const waiting = takeOthers(agent.words, H_QUEUED_INTEREST, H_QUEUED_OVERFLOW, agent.index);\n${free}  ringAgents(agent, waiting, -1);\n`,
  },
  {
    name: 'a free rings before it frees',
    file,
    find: enter + free + look + ring,
    replace: `${enter}${ring}${free}`,
  },
  { name: 'a free rings nobody', file, find: ring, replace: '' },
];
export default bugs;
