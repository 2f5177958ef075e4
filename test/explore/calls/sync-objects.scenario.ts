/** Sync objects: made, held, given fences and points, waited for, emptied, dropped. */
import assert from 'node:assert/strict';
import {
  createSyncObject,
  dropSyncObject,
  holdSyncObject,
  listenToSyncObject,
  replaceFence,
  resetSyncObject,
  submittedPoints,
} from '#fenceline/fence/sync-object.js';
import { killed } from './killed.ts';

export default killed((space, agent) => {
  const id = createSyncObject(agent);
  assert(holdSyncObject(agent, id));
  const point = { timeline: space.layout.limits.timelines, generation: 0, seqno: 1000 };
  replaceFence(agent, id.syncObject, 0, [point]);
  listenToSyncObject(agent, id.syncObject);
  assert.equal(submittedPoints(agent, id.syncObject, 0)?.length, 1);
  resetSyncObject(agent, id.syncObject);
  replaceFence(agent, id.syncObject, 4, [point]);
  // Longer than one chunk.
  const many = [];
  for (let seqno = 1; seqno <= 44; seqno++) many.push({ ...point, generation: seqno });
  replaceFence(agent, id.syncObject, 5, many);
  assert.equal(submittedPoints(agent, id.syncObject, 5)?.length, 45);
  dropSyncObject(agent, id.syncObject, agent.index);
});
