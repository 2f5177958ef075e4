/** Explores what waiters tell signallers, any-of, and callbacks and fences on the move: see core.ts for the scenarios. */
import { wishes } from './core.ts';
import { testPlanted, testPrimitive } from './primitives.ts';

testPrimitive(wishes);
testPlanted(wishes);
