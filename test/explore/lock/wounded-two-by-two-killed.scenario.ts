/** Wound-wait: two tickets take two locks in opposite orders, and one agent dies at any step. */
import { twoByTwoKilled } from './two-by-two-killed.ts';

export default twoByTwoKilled('wound-wait');
