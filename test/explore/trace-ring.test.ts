/** Explores trace rings: see core.ts for the scenarios. */
import { traceRings } from './core.ts';
import { testPlanted, testPrimitive } from './primitives.ts';

testPrimitive(traceRings);
testPlanted(traceRings);
