/** `signal` of src/fence/timeline.ts without its tracepoint: what an untraced space would pay if there were none. */
import { TL_EPOCH, TL_INTEREST, TL_LO } from '#fenceline/base/layout.js';
import { load } from '#fenceline/cells/cell.js';
import type { Agent } from '#fenceline/cells/memory.js';
import { writeSeqno } from '#fenceline/fence/seqno.js';
import { type TimelineWriter, timelineAt, wake } from '#fenceline/fence/timeline.js';

/** Signals up to `seqno`. Context: the signaller. */
export function signalUntraced(agent: Agent, writer: TimelineWriter, seqno: number): void {
  if (!(seqno > writer.completed && seqno <= writer.issued)) throw new Error(`Point ${seqno} cannot be signalled.`);
  const at = timelineAt(agent, writer.timeline);
  writer.epoch = writeSeqno(agent.words, at + TL_LO, at + TL_EPOCH, writer.epoch, seqno);
  writer.completed = seqno;
  if (load(agent.words, at + TL_INTEREST) !== 0) wake(agent, writer.timeline);
}
