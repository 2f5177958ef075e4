/** Explores reservation: see core.ts for the scenarios. */
import { reservation } from './core.ts';
import { testPlanted, testPrimitive } from './primitives.ts';

testPrimitive(reservation);
testPlanted(reservation);
