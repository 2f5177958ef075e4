/** Explores slot: see core.ts for the scenarios. */
import { slots } from './core.ts';
import { testPlanted, testPrimitive } from './primitives.ts';

testPrimitive(slots);
testPlanted(slots);
