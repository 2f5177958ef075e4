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
  seatWriter,
  size,
  smallRing,
  write,
  writer,
} from './trace-rings.ts';

export default scenario({
  setup: (): { world: World; seen: Seen } => ({
    world: newRing(),
    seen: { numbers: [], lost: 0, cursor: traceStart },
  }),
  agents: {
    writer: ({ world }) => write(agentIn(world, writer), 1, 3),
    reader: ({ world, seen }) => read(agentIn(world, reader), seen),
  },
  after: ({ world, seen }) => {
    read(agentIn(world, reader), seen);
    // What the dead writer had begun and not counted is nobody's.
    assertAllAccounted(seen, seen.cursor.written + seen.cursor.dropped);
  },
  afterDeath: ({ world }) => {
    bury(world, writer);
    write(seatWriter(world, 1), 7, 9);
  },
  describeWord: describeWordOf(size),
  // The proof of its stop orders what the dead writer wrote before what the next one writes, and the detector does not know it.
  options: { patches: smallRing, killAgents: ['writer'], races: false },
});
