/** A pool and its jobs, all by one agent: submitted, admitted, taken, split, cancelled, ended, collected. */
import assert from 'node:assert/strict';
import { codeNumber } from '#fenceline/base/errors.js';
import { createBuffer } from '#fenceline/buffer/buffer.js';
import { ACCESS_UPDATE, ACCESS_WRITE } from '#fenceline/schedule/job.js';
import { claimPool, freePool, joinPool, leavePool, ringPool } from '#fenceline/schedule/pool.js';
import { cancelPool, endPoolJobs, poolJobs } from '#fenceline/schedule/pool-jobs.js';
import { recordOf } from '#fenceline/schedule/submit.js';
import { announceBusy, takeOrListen, takeWork } from '#fenceline/schedule/take.js';
import { markOverdue, noteStart } from '#fenceline/schedule/time-limit.js';
import { call, cancel, collect, drop, run, specOf } from '../schedule/pool-calls.ts';
import { killed } from './killed.ts';

const long = new Uint8Array(500);

export default killed((space, agent) => {
  const pool = claimPool(agent);
  joinPool(agent, pool);
  const id = createBuffer(agent, 64, 1, 0);
  const write = call(agent, specOf(5, [{ ...id, access: ACCESS_WRITE, isPart: false }], { parts: 2, record: long }));
  const update = call(agent, specOf(6, [{ ...id, access: ACCESS_UPDATE, isPart: false }]));
  assert.equal(recordOf(agent, write.job).length, long.length);
  assert.equal(poolJobs(agent, pool).length, 2);
  for (let work = takeOrListen(agent, pool); work !== undefined; work = takeWork(agent, pool)) {
    noteStart(agent, work.job);
    markOverdue(agent, pool, 0);
    run(space, agent, work);
  }
  announceBusy(agent, pool);
  assert.equal(collect(agent, write), 0);
  assert.equal(collect(agent, update), 0);
  const first = call(agent, specOf(7, [{ ...id, access: ACCESS_WRITE, isPart: false }]));
  cancel(agent, first);
  ringPool(agent, first.job);
  assert.equal(takeWork(agent, pool), undefined);
  assert.equal(collect(agent, first), codeNumber('ECANCELED'));
  const second = call(agent, specOf(8, [{ ...id, access: ACCESS_WRITE, isPart: false }]));
  cancelPool(agent, pool);
  endPoolJobs(agent, pool, codeNumber('ECANCELED'), () => true);
  assert.equal(collect(agent, second), codeNumber('ECANCELED'));
  drop(agent, id.buffer);
  leavePool(agent, pool);
  freePool(agent, pool);
});
