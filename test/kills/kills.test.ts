/**
 * Every public call, with its thread stopped in the middle: nobody hangs, accounting is exact, no slot is lost. Here every
 * eighth call is stopped at one of its steps; test/all/kills-of-calls.long.test.ts goes through all of them.
 *
 * Which calls there are is read from the declarations that ship, and which are made is noted while they are: a new one is
 * made by a call in calls/, or stands below with a reason.
 */
import { expect, test } from 'vitest';
import { isLong } from '../lengths.ts';
import { packVictim } from './pack.ts';
import { publicMembers } from './public-members.ts';
import { sweep } from './sweep.ts';

/** Members that no call makes, by reason; a type alone stands for all of its members. */
const excused: Readonly<Record<string, readonly string[]>> = {
  'data: what callers pass, and what they are told': [
    ...[
      'BufferOptions',
      'ClientOptions',
      'CloseOptions',
      'SpaceOptions',
      'SwapOptions',
      'PoolOptions',
      'JobOptions',
      'WaitOptions',
      'TimelineOptions',
      'TransactionOptions',
      'TransactionStats',
    ],
    ...[
      'SignalOptions',
      'SyncWaitOptions',
      'Entry',
      'SpaceEvents',
      'Details',
      'Limits',
      'Handle',
      'FencelineError',
      'FencelineError.is',
    ],
    ...['PointInfo', 'UsedPointInfo', 'View', 'ReadView', 'Savepoint'],
    ...['AttachmentInfo', 'AttachRequest', 'MapRequest', 'Exporter', 'Importer', 'SgRun', 'Exported#mapping'],
    ...['DeviceSpec', 'DeviceCopy', 'DeviceJob', 'Device#name', 'Device#heap'],
    ...['SharedBuffer#dtype', 'SharedBuffer#id', 'SharedBuffer#label', 'SharedBuffer#shape', 'SharedBuffer#sizeBytes'],
    ...[
      'SyncObject#label',
      'SyncFile#name',
      'Timeline#label',
      'Job#label',
      'TicketOptions',
      'Ticket#label',
      'Ticket#rule',
      'WwLock#label',
      'WwLock#rule',
    ],
    ...['Transaction#attempt', 'Transaction#signal'],
  ],
  'declares kernels, and touches no space': [
    ...['kernel()', 'serve()', 'read()', 'write()', 'update()', 'many()', 'value()'],
    ...['Kernel', 'Served', 'Param', 'Many', 'Value'],
  ],
  'what a kernel is given: looks at its own job, which is stopped with its worker (test/pool/kills.ts)': [
    ...['JobContext', 'ServeSetup'],
  ],
  'another name of close and of dispose': ['Space#[Symbol.asyncDispose]', 'SharedBuffer#[Symbol.dispose]'],
  'makes a space that nobody else is in yet; the ambient one is joined like any other': [
    'Space.create',
    'Space.ambient',
  ],
  'a promise that was made with the pool': ['Pool#ready'],
  'lists as plain data': ['sgList()', 'sgOfPages()', 'sgBytes()', 'sgSlice()'],
  'made of other public calls, by the language alone': [
    'ahead()',
    'windows()',
    'fencedChunks()',
    'EventSource',
    'Emitter',
    'FencedChunk',
  ],
  'reads the rings of traces, and changes no table': [
    ...['chromeTrace()', 'measureTrace()', 'publishTrace()'],
    ...['ChromeTrace', 'ChromeEvent', 'TraceLoss', 'TraceRecord'],
  ],
  'draws a dump, and is in no space': ['drawMemory()'],
  'what a dump is made of': [
    ...['MemoryDump', 'HeapDump', 'HeapCounts', 'BlockDump', 'BufferDump', 'ClientDump', 'AgentDump', 'JobDump'],
    ...['TransactionDump', 'HistoryDump', 'EventDump', 'ExportDump', 'ImporterDump'],
  ],
  'tells the lock validator, whose words are explored with deaths in test/explore/lock/validator.test.ts': [
    ...['signalling()', 'reclaim()', 'atomic()', 'withoutReclaim()', 'mightAllocate()', 'lockOrder()'],
    ...['Finding', 'FindingParty', 'WwLockOptions'],
  ],
  'explores sources, in this thread or on threads of its own, and is in no space': [
    ...[
      'check()',
      'explore()',
      'scenario()',
      'CheckFailed',
      'Extent',
      'Failure',
      'ModuleCoverage',
      'Patch',
      'PlantedBug',
    ],
    ...['learnt()', 'forgetSince()', 'Learnt'],
    ...['Report', 'Scenario', 'ModuleBranches', 'scheduleTrace()', 'crossCheck()', 'WorkersOptions', 'WorkersReport'],
  ],
  'brings files to what the other calls do': [
    'pipeline()',
    'isPipeline()',
    'Context',
    'Input',
    'Output',
    'Pipeline',
    'PipelineParts',
  ],
};

/** Of every so manyth call one step, spread over them: the fractional parts of multiples of the golden ratio. */
const everyNth = isLong ? 4 : 8;
function spread(): (call: string, operations: number) => readonly number[] {
  let calls = 0;
  return (_, operations) => (++calls % everyNth === 0 ? [Math.floor(operations * ((calls * 0.618_034) % 1))] : []);
}

test('a thread that is stopped in the middle of a public call leaves nobody hanging and nothing behind', async () => {
  await packVictim();
  const manner = { provesAtOnce: false, isPacked: true };
  const { kills, operations, members } = await sweep(spread(), manner);
  console.log(`${operations.size} calls, ${kills} kills`);
  const reasons = new Set(Object.values(excused).flat());
  const known = publicMembers();
  const isExcused = (member: string): boolean => reasons.has(member) || reasons.has(member.replace(/#.*/, ''));
  expect(known.filter((member) => !members.has(member) && !isExcused(member))).toEqual([]);
  // What is excused is there, and is not called after all.
  const types = new Set(known.flatMap((member) => [member, member.replace(/#.*/, '')]));
  expect([...reasons].filter((name) => !types.has(name) || members.has(name))).toEqual([]);
}, 600_000);
