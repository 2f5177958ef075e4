/** What tracing costs: an event, and a signal in a space that is traced and in one that is not. */
import { now } from '#fenceline/cells/clock.js';
import type { Agent } from '#fenceline/cells/memory.js';
import { TRACE_ISSUE, trace } from '#fenceline/cells/trace.js';
import { createTimeline, issue, signal, type TimelineWriter } from '#fenceline/fence/timeline.js';
import { openCore } from '../core.ts';
import { signalUntraced } from '../limits/signal-untraced.ts';
import type { Candidate } from '../rounds.ts';
import { costRow, interleave, timed } from '../rounds.ts';
import type { MeasuredRow, Row, Scale } from '../row.ts';

const parameters = {
  smoke: { rounds: 5, warmups: 1, operations: 10_000 },
  full: { rounds: 101, warmups: 10, operations: 100_000 },
};
const traceEvents = 16_384;
/** The bound of the design on an event, whatever the clock costs. */
const eventNsMax = 100;

export default async function rows(scale: Scale): Promise<readonly Row[]> {
  const { rounds, warmups, operations } = parameters[scale];
  const [off, on] = [openCore().agent, openCore({ traceEvents }).agent];
  const events = await interleave([eventCandidate(on, operations), clockCandidate(operations)], rounds, warmups);
  const signals = await interleave(
    [
      signalCandidate('off', off, signal, operations),
      signalCandidate('none', off, signalUntraced, operations),
      signalCandidate('on', on, signal, operations),
    ],
    rounds,
    warmups,
  );
  const event = costRow(events, 'event', 'clock', { what: 'note an event', against: 'reading the clock' });
  const verdict = event.ours * unitNs(event) < eventNsMax ? 'below' : 'not below';
  return [
    { ...event, note: `Each event is ${verdict} ${eventNsMax} ns.` },
    costRow(signals, 'off', 'none', {
      what: 'signal, tracing off',
      against: 'no tracepoint',
      goal: { atMost: 1.1 },
    }),
    costRow(signals, 'on', 'off', { what: 'signal, tracing on', against: 'tracing off' }),
  ];
}

function unitNs({ unit }: MeasuredRow): number {
  return unit === 'us' ? 1000 : 1;
}

function eventCandidate(agent: Agent, operations: number): Candidate {
  return {
    name: 'event',
    run: () =>
      timed(operations, () => {
        const from = agent.tracer?.written ?? 0;
        for (let i = 0; i < operations; i++) trace(agent, TRACE_ISSUE, 1, 2, i, 3);
        return (agent.tracer?.written ?? 0) - from;
      }),
  };
}

function clockCandidate(operations: number): Candidate {
  return {
    name: 'clock',
    run: () =>
      timed(operations, () => {
        let [last, read] = [0, 0];
        for (let i = 0; i < operations; i++) {
          const time = now();
          if (time >= last) read++;
          last = time;
        }
        return read;
      }),
  };
}

type Signal = (agent: Agent, writer: TimelineWriter, seqno: number) => void;

function signalCandidate(name: string, agent: Agent, signalOf: Signal, operations: number): Candidate {
  const writer = createTimeline(agent);
  return {
    name,
    run: () => {
      const from = writer.issued;
      for (let i = 0; i < operations; i++) issue(agent, writer);
      return timed(operations, () => {
        for (let seqno = from + 1; seqno <= from + operations; seqno++) signalOf(agent, writer, seqno);
        return writer.completed - from;
      });
    },
  };
}
