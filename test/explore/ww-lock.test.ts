/** Explores ww-lock: see core.ts for the scenarios. */
import { wwLock } from './core.ts';
import { testPlanted, testPrimitive } from './primitives.ts';

testPrimitive(wwLock);
testPlanted(wwLock);
