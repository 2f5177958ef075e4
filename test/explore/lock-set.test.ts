/** Explores lock-set: see core.ts for the scenarios. */
import { lockSets } from './core.ts';
import { testPlanted, testPrimitive } from './primitives.ts';

testPrimitive(lockSets);
testPlanted(lockSets);
