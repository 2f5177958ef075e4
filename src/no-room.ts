/**
 * The error for who waited for memory until patience ended: whose budget has no room, who has the memory, and why it is not free.
 */
import { FencelineError } from './base/errors.ts';
import { H_SWAP_REFUSED } from './base/layout.ts';
import { load } from './cells/cell.ts';
import type { Core } from './core.ts';
import { accountStats } from './memory/account.ts';
import { pinnedBuffers } from './report.ts';

export interface Request {
  readonly askedBytes: number;
  readonly heap: number;
  /** Token of the account whose budget has no room for it; 0: the heap has none. */
  readonly client: number;
  /** Which heap was asked, as ` in heap ...`; empty: any that would do. */
  readonly where: string;
  /** What there is no room for, with its size. */
  readonly what: string;
}

/** Outcomes: ENOMEM, to be thrown or left with a job. */
export function noRoom(core: Core, { askedBytes, heap, client, where, what }: Request): FencelineError {
  const account = accountStats(core.agent, client);
  const pinned = pinnedBuffers(core, account === undefined ? undefined : client);
  const held = pinned.map(({ label, bytes }) => `${label} (${bytes} bytes)`).join(', ');
  const { patienceMs } = core.data;
  const sentence =
    account === undefined
      ? `There is no room${where} for ${what}, and nobody freed any memory for ${patienceMs} ms.`
      : `Client '${account.name}' has no room for ${what}: it uses ${account.usedBytes} of ` +
        `${account.budgetBytes}, and freed none for ${patienceMs} ms.`;
  const details = { askedBytes, heap: core.heapNames[heap] ?? 'system', pinned };
  return new FencelineError('ENOMEM', `${sentence} Held by: ${held}.${swapTrouble(core)}`, {
    ...details,
    ...(account === undefined ? {} : { client: account.name }),
  }) as FencelineError;
}

/** Why little could be evicted, if the disk is why: a sentence, or nothing. */
function swapTrouble({ agent }: Core): string {
  const refused = load(agent.words, H_SWAP_REFUSED) >>> 0;
  if (refused === 0) return '';
  const problem = agent.payloads.find(({ file }) => file !== undefined && file.problem !== '')?.file?.problem;
  return ` The swap file refused ${refused} writes${problem === undefined ? '' : `, the last one because: ${problem}`}.`;
}
