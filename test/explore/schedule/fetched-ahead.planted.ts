/**
 * Bugs that the exploration must find. Planted too, without a difference: fetching for jobs that have their place (what they use is
 * not idle), no look after a fetch (who waits for a lock listens, and is rung), no memory of what was fetched (a buffer that is there
 * is not fetched). A buffer that is closed while it is fetched takes three preemptions to come about.
 */
import type { PlantedBug } from 'fenceline/check';

const file = 'src/schedule/fetch-ahead.ts';

const bugs: readonly PlantedBug[] = [
  {
    name: 'makes room by what was fetched for the same job',
    file,
    find: 'if (((job.order - order) | 0) <= 0)',
    replace: 'if (((job.order - order) | 0) < 0)',
  },
  {
    name: 'makes room by whatever is idle',
    file,
    find: '!needed.has(buffer) && isIdle(asker, buffer)',
    replace: 'isIdle(asker, buffer)',
  },
];
export default bugs;
