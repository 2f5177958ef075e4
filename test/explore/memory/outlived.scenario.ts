/** The same as pinned.scenario.ts, with agents that die. */
import pinned from './pinned.scenario.ts';

export default pinned;
