/** `fenceline/trace`: what the threads of a space did, once it was made with `traceEvents`. Nothing here slows a space that was not. */
export { type ChromeEvent, type ChromeTrace, chromeTrace } from './trace/chrome.ts';
export { measureTrace } from './trace/measure.ts';
export { publishTrace, type TraceLoss } from './trace/publish.ts';
export type { TracePoint, TraceRecord } from './trace/record.ts';
