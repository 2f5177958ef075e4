// The file of `--trace`. What stands in it is the library's trace/chrome.ts.
import type { Space } from '../index.ts';
import { chromeTrace } from '../trace/chrome.ts';

/** Events each thread keeps, the last ones: a minute or so of small jobs. The file says how many were lost. */
export const traceEvents = 65_536;

const linesPerPiece = 4096;

/** What the rings of the space hold, in pieces: the whole text may be larger than a string may be. */
export function* traceText(space: Space): Iterable<string> {
  const { traceEvents: events, lost } = chromeTrace(space);
  yield '{"traceEvents":[';
  for (let from = 0; from < events.length; from += linesPerPiece) {
    const lines = events.slice(from, from + linesPerPiece).map((event) => JSON.stringify(event));
    yield `${from === 0 ? '\n' : ',\n'}${lines.join(',\n')}`;
  }
  yield `\n],"displayTimeUnit":"ms","otherData":{"lostEvents":${lost}}}\n`;
}
