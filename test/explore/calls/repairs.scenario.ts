/** The repair after an agent that stopped in the middle of everything: whoever repairs may stop too. */
import assert from 'node:assert/strict';
import { J_RESULT } from '#fenceline/base/layout.js';
import { createBuffer, dropBuffer, lockOf } from '#fenceline/buffer/buffer.js';
import { declareStopped, findStopped, reserveSeat } from '#fenceline/cells/agent.js';
import { store } from '#fenceline/cells/cell.js';
import { storeBytes } from '#fenceline/cells/chunk.js';
import { chainOf } from '#fenceline/fence/chain.js';
import { createSyncObject, replaceChain } from '#fenceline/fence/sync-object.js';
import { createTimeline, issue } from '#fenceline/fence/timeline.js';
import { placeLocked, takeBlockIn } from '#fenceline/memory/placement.js';
import { lockStep, openLockSet } from '#fenceline/reservation/lock-set.js';
import { ACCESS_WRITE, chunkOwnerOf, jobAt } from '#fenceline/schedule/job.js';
import { claimPool, joinPool } from '#fenceline/schedule/pool.js';
import { takeOrListen } from '#fenceline/schedule/take.js';
import { call, specOf } from '../schedule/pool-calls.ts';
import { killed, victim } from './killed.ts';

export default killed(
  (_space, agent) => {
    declareStopped(agent, victim, 0);
    findStopped(agent);
  },
  (_space, agent) => {
    assert(reserveSeat(agent, agent.index) !== undefined);
    const pool = claimPool(agent);
    joinPool(agent, pool);
    const worked = createBuffer(agent, 64, 1, 0);
    const use = { ...worked, access: ACCESS_WRITE, isPart: false };
    call(agent, specOf(5, [use], { parts: 2, rows: 2, record: new Uint8Array(500) }));
    const work = takeOrListen(agent, pool);
    assert(work !== undefined);
    store(agent.words, jobAt(agent, work.job) + J_RESULT, storeBytes(agent, new Uint8Array(8), chunkOwnerOf(work.job)));
    call(agent, specOf(6, [use]));
    assert(!dropBuffer(agent, worked.buffer, 0), 'It is held.');
    const edited = createBuffer(agent, 64, 1, 0);
    const set = openLockSet(agent);
    assert.equal(lockStep(agent, set, lockOf(agent, edited.buffer)), 'acquired');
    assert(placeLocked(agent, edited.buffer, 0));
    assert(takeBlockIn(agent, edited.buffer, 0) >= 0);
    issue(agent, createTimeline(agent));
    const { syncObject } = createSyncObject(agent);
    replaceChain(agent, syncObject, chainOf([{ timeline: 0, generation: 0, seqno: 1 }]));
  },
);
