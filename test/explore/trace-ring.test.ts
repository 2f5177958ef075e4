/** Explores trace rings. */
import { type Primitive, testPlanted, testPrimitive } from './primitives.ts';

const traceRings: Primitive = {
  name: 'trace-ring',
  modules: ['src/cells/trace-ring.ts', 'src/cells/wide-count.ts'],
  explorations: [
    { rule: 'events are read whole, and lost ones are counted', scenario: 'cells/trace-ring' },
    {
      rule: 'a reader that stops is in the way of nobody',
      scenario: 'cells/trace-ring-reader-killed',
      limits: { strategy: 'por' },
    },
    {
      rule: 'who takes the seat of a writer goes on with its ring',
      scenario: 'cells/trace-ring-writer-killed',
      limits: { strategy: 'por' },
      short: { preemptions: 1 },
    },
    { rule: 'a count passes 2^31 exactly', scenario: 'cells/wide-count' },
  ],
};

testPrimitive(traceRings);
testPlanted(traceRings);
