// Kernels that stop their thread at a moment that a kernel cannot choose by itself.
import { kernel, read, serve, write } from 'fenceline';
import { storeBytes } from '#fenceline/cells/chunk.js';
import { chunkOwnerOf, loadPhase, phaseAgentOf, phaseOf, RUNNING } from '#fenceline/schedule/job.js';
import { coreOf } from '#fenceline/space.js';

/** The first time: stores bytes for its job, as for a result, and stops before the slot of the job names them. */
const stopWhileStoring = kernel({ dst: write('i32', ['n']), runs: read('i32', ['k']) }, ({ dst, runs }, job) => {
  const { agent } = coreOf(job.space);
  const count = Atomics.add(runs.data as unknown as Int32Array, 0, 1);
  for (let slot = 0; count === 0 && slot < agent.layout.limits.jobs; slot++) {
    const word = loadPhase(agent, slot);
    if (phaseOf(word) !== RUNNING || phaseAgentOf(word) !== agent.index) continue;
    storeBytes(agent, new Uint8Array(3000), chunkOwnerOf(slot));
    process.exit(3);
  }
  dst.data.fill(count);
});

/** Looks at the clock of its own, and not at `cancelled` before that. */
const takeLong = kernel(
  {},
  () => {
    const end = performance.now() + 60;
    while (performance.now() < end);
  },
  { timeoutMs: 20 },
);

const fillThere = kernel({ dst: write('i32', ['n'], { heap: 'side' }) }, ({ dst }) => void dst.data.fill(1));

export default serve({ stopWhileStoring, takeLong, fillThere });
