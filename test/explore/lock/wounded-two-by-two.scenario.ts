/** Wound-wait: two tickets take two locks in opposite orders. */
import { twoByTwo } from './two-by-two.ts';

export default twoByTwo('wound-wait');
