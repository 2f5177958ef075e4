/**
 * Every call of the core, with its agent killed before each of its steps: nobody hangs, accounting is exact as soon as the
 * stop is proven and repaired, no slot is lost, and the same calls then succeed. The shells are thin around these calls.
 *
 * Which calls there are is read from the sources: a new one is in one of the scenarios, or below with a reason.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { check } from 'fenceline/check';
import { expect, test } from 'vitest';
import { isLong } from '../../lengths.ts';

const here = new URL('./', import.meta.url);
const root = new URL('../../../', here);

const scenarios = readdirSync(here).filter((name) => name.endsWith('.scenario.ts'));

/** Seconds are for idle cores; this is for busy ones. */
const stepsMs = 120_000;

/** `npm test` leaves out what takes seconds, and kills at some steps where there are many; `npm run test:all` at all of all. */
const inLongOnly = new Set(
  ['jobs', 'local-jobs', 'residence', 'shifting', 'sync-objects'].map((name) => `${name}.scenario.ts`),
);

const many = new Set(['accounts', 'blocks', 'buffers', 'repairs'].map((name) => `${name}.scenario.ts`));

test.each(scenarios.filter((name) => isLong || !(inLongOnly.has(name) || many.has(name))))(
  'an agent dies at every step of the calls in %s',
  async (name) => {
    const report = await check(new URL(name, here), { seconds: stepsMs / 1000 });
    console.log(`${name}: killed at ${report.executions} steps, ${report.seconds.toFixed(2)} s`);
    expect(report.isComplete).toBe(true);
    expect(report.executions).toBeGreaterThan(50);
  },
  stepsMs,
);

test.each(isLong ? [] : [...many])('an agent dies at some steps of the calls in %s', async (name) => {
  const report = await check(new URL(name, here), { strategy: 'random', executions: 100, seed: 1 });
  // Nine of ten kill.
  expect(report.executions).toBe(100);
});

/** Modules whose functions change shared memory, or wait for it. */
const modules = [
  'buffer/buffer',
  'cells/agent',
  'cells/chunk',
  'cells/doorbell',
  'cells/held-slot',
  'fence/sync-object',
  'fence/timeline',
  'fence/wait',
  'fence/watch',
  'lock/lock-table',
  'lock/lock-wait',
  'lock/ticket',
  'lock/waiters',
  'lock/wound',
  'lock/ww-lock',
  'memory/account',
  'memory/allocator',
  'memory/evict',
  'memory/move',
  'memory/open-account',
  'memory/pins',
  'memory/placement',
  'memory/pressure',
  'memory/release',
  'reservation/foreign-points',
  'reservation/lock-set',
  'reservation/reservation',
  'schedule/admit',
  'schedule/complete',
  'schedule/dependencies',
  'schedule/idle',
  'schedule/job',
  'schedule/pool',
  'schedule/place-all',
  'schedule/pool-jobs',
  'schedule/submit',
  'schedule/take',
  'schedule/time-limit',
];

/** Calls that no scenario here names, by reason. */
const elsewhere: Readonly<Record<string, readonly string[]>> = {
  'looks, and changes nothing': [
    ...[
      'accountAt',
      'accountOfToken',
      'currentAccount',
      'hasUnits',
      'mayEverFit',
      'shortAccount',
      'shortOf',
      'accountTokens',
    ],
    ...['bufferAt', 'reservationOf', 'isBufferLive', 'isBufferUsable', 'heapOf', 'placementOf', 'isStopProvable'],
    ...[
      'chunkAt',
      'loadBytes',
      'loadWords',
      'syncObjectAt',
      'timelineAt',
      'hintOf',
      'isThere',
      'ticketAt',
      'ticketIdOf',
      'stampOf',
    ],
    ...[
      'signallerOf',
      'signallerOfRoles',
      'noneWanted',
      'holdingOf',
      'waitingOf',
      'isTicketOpen',
      'holderOf',
      'isHeldHere',
      'agentOfTicket',
      'isAdmissionTicket',
    ],
    ...['blockStartBytes', 'blockSizeBytes', 'blockHeap', 'bytesOfBuffer', 'bytesOfBlock', 'hasPending', 'usageBefore'],
    ...['isNeeded', 'pinnersOf', 'pressureCount', 'pressedHeap', 'isIdle'],
    ...[
      'collectPending',
      'isReturned',
      'pendingDependency',
      'pendingInSlot',
      'requiredDependencies',
      'failedDependency',
      'jobAt',
    ],
    ...[
      'laneOf',
      'jobOfLane',
      'phaseOf',
      'isWaitingForTurn',
      'phaseAgentOf',
      'phaseWord',
      'isOfSeqno',
      'seqnoOfJob',
      'pointOfJob',
    ],
    ...['hasFlag', 'partWord', 'partStateOf', 'partAgentOf', 'useOf', 'usesOf', 'isWriting', 'chunkOwnerOf', 'poolAt'],
    ...['isReplacing', 'wantedAt', 'hasIdle'],
    ...[
      'isSuspect',
      'userLockAt',
      'firstWaiter',
      'comesBefore',
      'isBehindOwn',
      'isWaitingHere',
      'forEachWaiter',
      'isWounded',
    ],
    ...['isAnnounced', 'isOverdue', 'flagsWord', 'isListedPending', 'listedPoints', 'headIn', 'listOf'],
  ],
  'a part of the calls that scenarios name: they make it': [
    ...['missingOf', 'bringAll', 'placeIntoLocked', 'trimToBudget', 'touchBuffer', 'tryRetireBlock'],
    ...['giveRoomsBack'],
    ...['enterHeap', 'chargeLocked', 'creditLocked', 'recountLocked'],
    ...[
      'freeChain',
      'storeWords',
      'freeChunksOf',
      'holdSlot',
      'dropHold',
      'repairHold',
      'freeClosed',
      'ringAgents',
      'flushBatch',
    ],
    ...[
      'openAdmissionTicket',
      'openAdmissionSet',
      'openServiceTicket',
      'forgetSuspect',
      'clearReservation',
      'returnDeads',
      'finishSplit',
    ],
    ...[
      'storeDependencies',
      'writeUse',
      'freeJobSlot',
      'enterIdle',
      'leaveIdle',
      'setFlag',
      'setFlagOf',
      'replaceListLocked',
    ],
    ...['traceBlocked', 'traceStep', 'register', 'unregister', 'forgetWound', 'tryWound', 'woundIfOlderWaits'],
  ],
  'a repair: all of them run after every death': [
    ...[
      'repairBuffers',
      'repairChunks',
      'repairLock',
      'repairPlacements',
      'repairSyncObjects',
      'repairTickets',
      'repairAccounts',
    ],
    ...['repairTimelines', 'repairUserLocks'],
  ],
  'runs before others can see the memory': ['createHeap'],
  'of hooks that other threads ask for: killed with the calls of fenceline/driver (test/kills/calls/driver-calls.ts)': [
    ...['leavePoolOf', 'endOwnJob'],
  ],
  'one store': ['setBudget'],
};

function exported(): readonly string[] {
  return modules.flatMap((module) => {
    const source = readFileSync(new URL(`src/${module}.ts`, root), 'utf8');
    return [...source.matchAll(/^export function (\w+)/gm)].map(([, name]) => name ?? '');
  });
}

function called(): ReadonlySet<string> {
  const files = [...scenarios.map((name) => new URL(name, here)), new URL('../schedule/pool-calls.ts', here)];
  const names = files.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/(\w+)\(/g)].map(([, name]) => name ?? ''),
  );
  return new Set(names);
}

test('a call of the core is in a scenario, or listed with the reason why not', () => {
  const excused = new Set(Object.values(elsewhere).flat());
  const inScenarios = called();
  const names = exported();
  expect(names.filter((name) => !inScenarios.has(name) && !excused.has(name))).toEqual([]);
  expect([...excused].filter((name) => !names.includes(name))).toEqual([]);
});
