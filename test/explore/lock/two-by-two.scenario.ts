/** Wait-die: two tickets take two locks in opposite orders. */
import { twoByTwo } from './two-by-two.ts';

export default twoByTwo('wait-die');
