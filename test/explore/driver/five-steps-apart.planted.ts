/** Bugs that the exploration must find: those of the same steps with shared notes. */
export { default } from './five-steps.planted.ts';
