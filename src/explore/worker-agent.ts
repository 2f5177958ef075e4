// A real thread that plays one agent of a scenario, round after round (worker-round.ts says how rounds are agreed on).
import { parentPort, workerData } from 'node:worker_threads';
import type { AgentData } from './worker-round.ts';
import { ANSWERS, COMMANDS, kindBits, PlainScenario, RUN, STARTING } from './worker-round.ts';

const { file, patches, index, control, result, buffers } = workerData as AgentData;
const scenario = await PlainScenario.load(file, patches, buffers);
const names = Object.keys(scenario.parts.agents);
const agent = scenario.parts.agents[names[index] ?? ''];
const text = new Uint8Array(result.buffer, result.byteOffset + 4);
/** Rounds of a start that waits for others; each core runs one thread, and there may be fewer cores than threads. */
const startRounds = 20_000;
let dice = index + 1;
let shared: unknown;

parentPort?.postMessage('ready');
playRounds();

/** Until the coordinator ends this thread. */
function playRounds(): void {
  for (let done = 0; ; ) {
    const command = Atomics.load(control, COMMANDS + index);
    if (command === done) {
      Atomics.wait(control, COMMANDS + index, done);
      continue;
    }
    done = command;
    answer(() => {
      if ((command & ((1 << kindBits) - 1)) !== RUN) {
        shared = scenario.setUp();
        return undefined;
      }
      startTogether();
      return agent?.(shared);
    });
  }
}

function startTogether(): void {
  Atomics.add(control, STARTING, 1);
  for (let i = 0; i < startRounds && Atomics.load(control, STARTING) < names.length; i++);
  dice = (Math.imul(dice, 1_103_515_245) + 12_345) & 0x7fff_ffff;
  for (let i = (dice >>> 8) % 256; i > 0; i--) Atomics.load(control, STARTING);
}

function answer(run: () => unknown): void {
  let length = 0;
  try {
    length = write(JSON.stringify(run()) ?? '');
  } catch (error) {
    length = -write(String(error).slice(0, 4000));
  }
  result[0] = length;
  Atomics.add(control, ANSWERS, 1);
  Atomics.notify(control, ANSWERS);
}

function write(what: string): number {
  const bytes = new TextEncoder().encode(what);
  if (bytes.length > text.length) throw new Error(`A result has ${bytes.length} bytes as JSON (limit ${text.length}).`);
  text.set(bytes);
  return bytes.length;
}
