/** Timelines: made, issued, signalled, failed, closed, dropped; within a batch and without. */
import assert from 'node:assert/strict';
import { codeNumber } from '#fenceline/base/errors.js';
import { batched, ring, ringAll } from '#fenceline/cells/doorbell.js';
import { pointStatus } from '#fenceline/fence/points.js';
import {
  addInterest,
  closeTimeline,
  completedOf,
  createTimeline,
  dropTimeline,
  holdTimeline,
  issue,
  issuedOf,
  issueUpTo,
  KEEPS_TIMES,
  signal,
  signalAt,
  signalError,
  wake,
} from '#fenceline/fence/timeline.js';
import { isOwedByMe, waitPoints } from '#fenceline/fence/wait.js';
import { cancelWatch, watchPoints } from '#fenceline/fence/watch.js';
import { killed } from './killed.ts';

export default killed((_space, agent) => {
  const writer = createTimeline(agent, KEEPS_TIMES);
  const { timeline, generation } = writer;
  issue(agent, writer);
  issueUpTo(agent, writer, 4);
  addInterest(agent, timeline);
  assert(holdTimeline(agent, timeline, generation));
  const last = { timeline, generation, seqno: 4 };
  assert(isOwedByMe(agent, [last]));
  cancelWatch(watchPoints(agent, [last], () => {}));
  signal(agent, writer, 1);
  signalError(agent, writer, 2, codeNumber('EKERNEL'));
  batched(agent, () => {
    signalAt(agent, writer, 4, 1);
    ring(agent, 1, -1);
  });
  wake(agent, timeline);
  ringAll(agent);
  assert(waitPoints(agent, [last], Number.POSITIVE_INFINITY));
  assert.equal(pointStatus(agent, { ...last, seqno: 2 }), -codeNumber('EKERNEL'));
  assert.equal(completedOf(agent, timeline), issuedOf(agent, timeline));
  closeTimeline(agent, timeline, generation, codeNumber('ECANCELED'));
  dropTimeline(agent, timeline, agent.index);
});
