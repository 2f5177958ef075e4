/** Bugs that the exploration must find; each is an edit of the sources that ship. */
import type { PlantedBug } from 'fenceline/check';

const bugs: readonly PlantedBug[] = [
  {
    name: 'the search comes before the bit',
    file: 'src/lock/validator.ts',
    find: '  learnEdge(agent, edge, ticket < 0 ? one.ticket : ticket, takenAt, waitsAt);\n  const rest = wayBack(agent, edge);',
    replace:
      '  const rest = wayBack(agent, edge);\n  learnEdge(agent, edge, ticket < 0 ? one.ticket : ticket, takenAt, waitsAt);',
  },
  {
    name: 'the bit is left to who was recorded first',
    file: 'src/lock/lock-graph.ts',
    find: '  cas(words, layout.validator.sightings + edgeIndex(agent, kind, from, to), 0, sighting);',
    replace: '  if (!cas(words, layout.validator.sightings + edgeIndex(agent, kind, from, to), 0, sighting)) return;',
  },
  {
    name: 'an edge that somebody recorded is not looked at again',
    file: 'src/lock/validator.ts',
    find: '  if (validator.known[index] === 1) return;',
    replace:
      '  if (validator.known[index] === 1 || load(agent.words, agent.layout.validator.sightings + index) !== 0) return;',
  },
];
export default bugs;
