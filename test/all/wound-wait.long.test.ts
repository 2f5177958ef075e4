/** Wound-wait: three tickets and two locks, to four preemptions. */
import { exploreThreeByTwo } from '../explore/lock/three-by-two.ts';

exploreThreeByTwo('wound-wait', 'wounded-three-by-two');
