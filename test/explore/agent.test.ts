/** Explores agent: see core.ts for the scenarios. */
import { agents } from './core.ts';
import { testPlanted, testPrimitive } from './primitives.ts';

testPrimitive(agents);
testPlanted(agents);
