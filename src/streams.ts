// `fenceline/streams`: loops over streams of items, several under way at once, in bounded memory. Only the language is used here.
export { ahead } from './streams/ahead.ts';
export { windows } from './streams/windows.ts';
