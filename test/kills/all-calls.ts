/** Every public call, by name. */
import type { KilledCall } from './call.ts';
import { bufferCalls } from './calls/buffer-calls.ts';
import { driverCalls } from './calls/driver-calls.ts';
import { fenceCalls } from './calls/fence-calls.ts';
import { fileCalls } from './calls/file-calls.ts';
import { lockCalls } from './calls/lock-calls.ts';
import { poolCalls } from './calls/pool-calls.ts';
import { spaceCalls } from './calls/space-calls.ts';
import { syncCalls } from './calls/sync-calls.ts';
import { transactionCalls } from './calls/transaction-calls.ts';

export const killedCalls: Readonly<Record<string, KilledCall>> = {
  ...spaceCalls,
  ...bufferCalls,
  ...fenceCalls,
  ...syncCalls,
  ...fileCalls,
  ...lockCalls,
  ...transactionCalls,
  ...poolCalls,
  ...driverCalls,
};
