/** Sync objects: made, held, given fences and points, waited for, emptied, dropped. */
import assert from 'node:assert/strict';
import { chainOf, headOf } from '#fenceline/fence/chain.js';
import {
  addPoint,
  chainIn,
  createSyncObject,
  dropSyncObject,
  holdSyncObject,
  isSyncObjectThere,
  listenToSyncObject,
  promisedChain,
  replaceChain,
} from '#fenceline/fence/sync-object.js';
import { killed } from './killed.ts';

export default killed((space, agent) => {
  const id = createSyncObject(agent);
  assert(holdSyncObject(agent, id));
  const point = { timeline: space.layout.limits.timelines, generation: 0, seqno: 1000 };
  replaceChain(agent, id.syncObject, chainOf([point]));
  listenToSyncObject(agent, id.syncObject);
  assert.equal(promisedChain(agent, id.syncObject, 0)?.length, 1);
  replaceChain(agent, id.syncObject, undefined);
  addPoint(agent, id.syncObject, 4, headOf(chainOf([point])));
  // Longer than one chunk.
  const many = [];
  for (let seqno = 1; seqno <= 90; seqno++) many.push({ ...point, seqno: 2 ** 50 + seqno });
  addPoint(agent, id.syncObject, 5, headOf(chainOf(many)));
  addPoint(agent, id.syncObject, 6, headOf(chainOf([point])));
  assert.deepEqual(
    chainIn(agent, id.syncObject)?.map(({ leaves }) => leaves.length),
    [1, 90, 1],
  );
  assert(isSyncObjectThere(agent, id));
  dropSyncObject(agent, id.syncObject, agent.index);
});
