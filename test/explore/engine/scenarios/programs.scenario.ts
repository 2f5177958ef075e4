/** Three agents that run small programs over a few words, and one more program after a death: the test writes them. */
import { scenario } from 'fenceline/check';
import { add, cas, load, notifyAll, sleep, store } from '#fenceline/cells/cell.js';

/** What to do, with which word, and with which value. */
export type Instruction = readonly [
  what: 'load' | 'store' | 'add' | 'cas' | 'sleep' | 'notify',
  word: number,
  value: number,
];

declare global {
  /** By agent; the fourth is run after a death. */
  var programsToExplore: readonly (readonly Instruction[])[];
}

const words = 4;

function run(memory: Int32Array<SharedArrayBuffer>, agent: number): string {
  let seen = '';
  for (const [what, word, value] of globalThis.programsToExplore[agent] ?? []) {
    if (what === 'load') seen += load(memory, word);
    else if (what === 'store') store(memory, word, value);
    else if (what === 'add') seen += add(memory, word, value);
    else if (what === 'cas') seen += cas(memory, word, value, value + 1) ? 'y' : 'n';
    else if (what === 'notify') notifyAll(memory, word);
    // A time-out of nothing: it looks, and does not sleep.
    else sleep(memory, word, value, 0);
  }
  return seen;
}

export default scenario({
  setup: () => new Int32Array(new SharedArrayBuffer(words * 4)),
  agents: {
    a: (memory) => run(memory, 0),
    b: (memory) => run(memory, 1),
    c: (memory) => run(memory, 2),
  },
  afterDeath: (memory) => void run(memory, 3),
  after: (memory) => void globalThis.programsEnded?.add(memory.join()),
});

declare global {
  /** The memory at the end of each execution. */
  var programsEnded: Set<string> | undefined;
}
