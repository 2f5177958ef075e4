/** Explores timeline: see core.ts for the scenarios. */
import { timeline } from './core.ts';
import { testPlanted, testPrimitive } from './primitives.ts';

testPrimitive(timeline);
testPlanted(timeline);
