/** Explores doorbell: see core.ts for the scenarios. */
import { doorbell } from './core.ts';
import { testPlanted, testPrimitive } from './primitives.ts';

testPrimitive(doorbell);
testPlanted(doorbell);
