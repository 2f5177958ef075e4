/** Bugs that the exploration of clients' budgets must find. */
import type { PlantedBug } from 'fenceline/check';

const order = 'src/schedule/queue-order.ts';
const bugs: readonly PlantedBug[] = [
  {
    name: 'a job that waits for the budget of its client is in the way of everybody',
    file: order,
    find: '    if (isAnyOf(agent, short, missing)) ahead = short;\n',
    replace: '    ahead = short;\n',
  },
  {
    name: 'nobody is told which budget has no room',
    file: 'src/schedule/admit.ts',
    find: 'ahead >= 0 ? ahead : shortOf(agent, missing)',
    replace: '0',
  },
  {
    name: 'a small request overtakes a large one of its client',
    file: order,
    find: '    if (isAnyOf(agent, short, missing)) ahead = short;\n',
    replace: '',
  },
];
export default bugs;
