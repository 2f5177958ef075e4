/** `fenceline/dump`: what a space holds, as data and as a picture. Nothing here is loaded by the rest of the library. */
export type {
  AgentDump,
  BlockDump,
  BufferDump,
  ClientDump,
  EventDump,
  EventKind,
  ExportDump,
  HeapCounts,
  HeapDump,
  HeapKind,
  HistoryDump,
  ImporterDump,
  JobDump,
  MemoryDump,
  TransactionDump,
  WaitDump,
} from './dump/format.ts';
export { drawMemory } from './dump/page/page.ts';
export { dumpMemory } from './dump/take.ts';
export type { Kept, Usage } from './kept.ts';
