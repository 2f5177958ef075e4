/**
 * The asynchronous waiters of one agent: looked at when its doorbell rings, run outside every lock.
 *
 * At most one waitAsync per agent is armed, on its doorbell, whatever it waits for; arming re-pumps after setting the
 * armed bit (see the proof in doorbell.ts). Waiters are found by hint bits, so that a wake looks at what was signalled
 * and not at everything; hints may be lost with a dying signaller, therefore a repair makes everybody look everywhere.
 *
 * While there are waiters, a ticker looks whether agents stopped; a pending waitAsync keeps no process alive, so the
 * ticker does, exactly while somebody holds it.
 */
import { A_ARMED, A_HINTS, A_RING, H_REPAIRS, HINT_WORDS } from '../base/layout.ts';
import { and, exchange, load, or, sleepAsync } from './cell.ts';
import { startTicker } from './clock.ts';
import type { Agent, Pump, Ready, Waiter } from './memory.ts';
import { agentAt } from './memory.ts';
import { queueTask, reportUncaught } from './task.ts';
import { TRACE_CALLBACK, TRACE_CALLBACK_END, trace } from './trace.ts';

/** Set while a waitAsync is armed; bit 0 belongs to the synchronous sleep. */
const ARMED_ASYNC = 2;
/** How often an agent that waits looks whether somebody stopped. */
export const lifeCheckMs = 100;

let registered = 0;

/** A number for a new waiter: later ones are greater. */
export function nextWaiterOrder(): number {
  return ++registered;
}

export function createPump(checkLives: (agent: Agent) => void): Pump {
  return {
    always: [],
    hinted: [],
    waiterCount: 0,
    isArmed: false,
    isClosed: false,
    isQueued: false,
    seenRepairs: 0,
    ticker: undefined,
    holds: 0,
    ready: [],
    checkLives,
  };
}

/**
 * Adds a waiter that the caller found not over yet. The doorbell is armed and the waiter looks once more: what became
 * true in between would otherwise ring nobody.
 */
export function addWaiter(agent: Agent, waiter: Waiter): void {
  const { pump } = agent;
  if (pump.isClosed) return;
  listOf(pump, waiter.hint).push(waiter);
  pump.waiterCount++;
  if (pump.ticker === undefined) {
    pump.ticker = startTicker(lifeCheckMs, () => pump.checkLives(agent));
    if (pump.holds > 0) pump.ticker.keepAlive(true);
  }
  if (!pump.isArmed) arm(agent);
  // Arming may have found it over already. A poll after that one could begin to wait anew, with nobody to poll it again.
  if (listOf(pump, waiter.hint).includes(waiter) && waiter.poll(agent)) finish(agent, waiter);
}

/** Queues something to run outside every lock, from the event loop. */
export function addReady(agent: Agent, ready: Ready): void {
  agent.pump.ready.push(ready);
  queuePumpForReady(agent);
}

/** Takes a waiter off the list. Outcomes: false if it was not on it, because it is over or was removed. */
export function removeWaiter(agent: Agent, waiter: Waiter): boolean {
  const { pump } = agent;
  const list = listOf(pump, waiter.hint);
  const at = list.lastIndexOf(waiter);
  if (at < 0) return false;
  list.splice(at, 1);
  pump.waiterCount--;
  if (pump.waiterCount === 0) {
    pump.ticker?.stop();
    pump.ticker = undefined;
  }
  return true;
}

/** The agent leaves: nobody is looked at any more. A waitAsync that is still pending finds it closed. */
export function closePump(agent: Agent): void {
  const { pump } = agent;
  pump.isClosed = true;
  pump.ticker?.stop();
  pump.ticker = undefined;
}

/**
 * Looks once more at what waits for timelines, after the agent has left: leaving ended what it owed, and callbacks hear of
 * it. Not at the others: what they would take, nobody would give back.
 */
export function drainPump(agent: Agent): void {
  for (const waiters of agent.pump.hinted) pollAll(agent, waiters);
  queueTask(() => runReady(agent));
}

/** Somebody waits: the process stays alive until as many `releaseProcess` calls were made. */
export function holdProcess(agent: Agent): void {
  if (agent.pump.holds++ === 0) agent.pump.ticker?.keepAlive(true);
}

export function releaseProcess(agent: Agent): void {
  if (--agent.pump.holds === 0) agent.pump.ticker?.keepAlive(false);
}

/** Looks at all waiters soon, from the event loop. */
export function queuePump(agent: Agent): void {
  const { pump } = agent;
  if (pump.isQueued || pump.waiterCount === 0) return;
  pump.isQueued = true;
  queueTask(() => runPump(agent));
}

function runPump(agent: Agent): void {
  agent.pump.isQueued = false;
  if (agent.pump.isClosed) return;
  look(agent);
  runReady(agent);
}

function arm(agent: Agent): void {
  const { pump, words } = agent;
  const at = agentAt(agent, agent.index);
  pump.isArmed = true;
  const value = load(words, at + A_RING);
  or(words, at + A_ARMED, ARMED_ASYNC);
  look(agent);
  if (pump.waiterCount === 0 || !agent.isShared) {
    disarm(agent);
    return;
  }
  sleepAsync(words, at + A_RING, value, () => woken(agent));
}

function woken(agent: Agent): void {
  if (agent.pump.isClosed) return;
  disarm(agent);
  look(agent);
  runReady(agent);
  if (agent.pump.waiterCount > 0 && !agent.pump.isArmed) arm(agent);
}

function disarm(agent: Agent): void {
  agent.pump.isArmed = false;
  and(agent.words, agentAt(agent, agent.index) + A_ARMED, ~ARMED_ASYNC);
}

/** Polls what the hints name, and the waiters without a hint. */
function look(agent: Agent): void {
  const { pump, words } = agent;
  if (load(words, H_REPAIRS) !== pump.seenRepairs) {
    lookEverywhere(agent);
    return;
  }
  const base = agent.layout.hints + agent.index * HINT_WORDS;
  for (let summary = exchange(words, agentAt(agent, agent.index) + A_HINTS, 0); summary !== 0; summary &= summary - 1) {
    const word = 31 - Math.clz32(summary & -summary);
    for (let bits = exchange(words, base + word, 0); bits !== 0; bits &= bits - 1) {
      pollAll(agent, pump.hinted[word * 32 + 31 - Math.clz32(bits & -bits)]);
    }
  }
  pollAll(agent, pump.always);
}

function lookEverywhere(agent: Agent): void {
  const { pump } = agent;
  pump.seenRepairs = load(agent.words, H_REPAIRS);
  for (const waiters of pump.hinted) pollAll(agent, waiters);
  pollAll(agent, pump.always);
}

function pollAll(agent: Agent, waiters: readonly Waiter[] | undefined): void {
  if (waiters === undefined) return;
  // From the end, because a poll may take its waiter off the list, or put others at the end, which have looked themselves.
  for (let at = waiters.length - 1; at >= 0; at--) {
    const waiter = waiters[at];
    if (waiter === undefined) continue;
    try {
      if (waiter.poll(agent)) finish(agent, waiter);
    } catch (error) {
      // One that throws must not keep the others from being looked at, nor the doorbell from being armed again.
      removeWaiter(agent, waiter);
      reportUncaught(error);
    }
  }
}

function finish(agent: Agent, waiter: Waiter): void {
  if (!removeWaiter(agent, waiter)) return;
  addReady(agent, waiter);
}

function queuePumpForReady(agent: Agent): void {
  if (agent.pump.isQueued) return;
  agent.pump.isQueued = true;
  queueTask(() => runPump(agent));
}

/** Runs what is ready, in order of registration. One that throws does not keep the others from running. */
function runReady(agent: Agent): void {
  const { pump } = agent;
  while (pump.ready.length > 0) {
    const batch = pump.ready.sort((a, b) => a.order - b.order);
    pump.ready = [];
    for (const waiter of batch) {
      trace(agent, TRACE_CALLBACK, 0, 0, 0, waiter.order);
      try {
        waiter.run(agent);
      } catch (error) {
        reportUncaught(error);
      }
      trace(agent, TRACE_CALLBACK_END, 0, 0, 0, waiter.order);
    }
  }
}

/** Lists rather than sets: the tables that a set leaves behind keep what was in them alive until the next full collection. */
function listOf(pump: Pump, hint: number): Waiter[] {
  if (hint < 0) return pump.always;
  let list = pump.hinted[hint];
  if (list === undefined) {
    list = [];
    pump.hinted[hint] = list;
  }
  return list;
}
