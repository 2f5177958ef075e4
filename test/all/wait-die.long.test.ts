/** Wait-die: three tickets and two locks, to four preemptions. */
import { exploreThreeByTwo } from '../explore/lock/three-by-two.ts';

exploreThreeByTwo('wait-die', 'three-by-two');
