/** A writer stops between any two of its steps, and another takes its seat and its ring: no event is torn, none is counted twice. */
import { scenario } from 'fenceline/check';
import { traceStart } from '#fenceline/cells/trace-ring.js';
import { agentIn, bury, describeWordOf, type World } from '../world.ts';
import {
  assertAllAccounted,
  newRing,
  read,
  reader,
  type Seen,
  size,
  smallRing,
  write,
  writer,
  writerOf,
} from './trace-rings.ts';

function readOnce(world: World): Seen {
  const seen: Seen = { numbers: [], lost: 0, cursor: traceStart };
  read(agentIn(world, reader), seen);
  return seen;
}

export default scenario({
  setup: newRing,
  agents: {
    writer: (world) => write(agentIn(world, writer), 1, 3),
    reader: readOnce,
  },
  after: (world, { reader: seen }) => {
    read(agentIn(world, reader), seen);
    // What the dead writer had begun and not counted is nobody's.
    assertAllAccounted(seen, seen.cursor.written + seen.cursor.dropped);
  },
  afterDeath: (world) => {
    bury(world, writer);
    write(writerOf(world, 1), 7, 9);
  },
  describeWord: describeWordOf(size),
  options: { patches: smallRing, killAgents: ['writer'] },
});
