/** Explores what waiters tell signallers, any-of, and callbacks and fences on the move: see wishes.ts for the scenarios. */

import { testPlanted, testPrimitive } from './primitives.ts';
import { wishes } from './wishes.ts';

testPrimitive(wishes);
testPlanted(wishes);
