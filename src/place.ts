/** Where in the user's code a call came from: the first frame of the stack outside of this library. For reports to people. */

const here = import.meta.url.slice(0, import.meta.url.lastIndexOf('/') + 1);
/** Frames may name files without the scheme that the module's own address has. */
const herePath = here.replace(/^file:\/\//, '');
const framesMax = 30;
/** What is kept of a path: its last two parts name a file well enough. */
const partsKept = 2;

/** V8's, which the language does not know. */
const limits = Error as { stackTraceLimit?: number | undefined };

/** Outcomes: like `lib/frames.js:12:3`; empty where the engine does not say. */
export function placeOfCaller(): string {
  const before = limits.stackTraceLimit;
  limits.stackTraceLimit = framesMax;
  const stack = new Error().stack ?? '';
  limits.stackTraceLimit = before;
  for (const line of stack.split('\n')) {
    const found = /((?:file|https?|node|webpack|blob):[^\s()]+|\/[^\s()]+|[A-Za-z]:\\[^\s()]+):(\d+):(\d+)\)?$/.exec(
      line.trim(),
    );
    if (found === null) continue;
    const [, path = '', row, column] = found;
    if (path.startsWith(here) || path.startsWith(herePath) || path.startsWith('node:')) continue;
    const name = path.split(/[\\/]/).slice(-partsKept).join('/');
    return `${name}:${row}:${column}`;
  }
  return '';
}
