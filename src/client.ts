/**
 * Clients: a space seen through an account of its own, as one thread holds it.
 *
 * Not here: the space that is made over one (space.ts), and what an account counts (memory/account.ts).
 */
import { FencelineError, fail } from './base/errors.ts';
import { clientNameBytes } from './base/layout.ts';
import { checkPriority } from './buffer-priority.ts';
import type { Core } from './core.ts';
import type { AccountId, AccountStats } from './memory/account.ts';
import { accountStats, dropAccount, holdAccount, setAccountBudget, tokenOf } from './memory/account.ts';
import { openAccount } from './memory/open-account.ts';
import { indexOf } from './open.ts';

export interface ClientOptions {
  /** What it may have in use at once of the system heap. Default: whatever the space has. */
  budgetBytes?: number;
  /** Who keeps its memory when room is made for others: the higher, the longer. Any number, kept as a float32. Default: 0. */
  priority?: number;
}

/** What the handle of a client carries beside that of its space. */
export interface ClientFields extends AccountId {
  readonly name: string;
}

/** One thread's end of a client. */
export interface Client {
  readonly id: AccountId;
  /** What buffers that are made through it carry. */
  readonly token: number;
  readonly name: string;
  isClosed: boolean;
}

/** A client with an account of its own. Outcomes: the client; EINVAL, ENOSPC (clients), with nothing changed. */
export function openClient(core: Core, name: string, { budgetBytes, priority = 0 }: ClientOptions): Client {
  const bytes = checkName(name);
  if (budgetBytes !== undefined) checkBytes(budgetBytes, 'budgetBytes');
  checkPriority(priority, `client '${name}'`);
  return clientOver(openAccount(core.agent, { name: bytes, budgetBytes, priority }), name);
}

/** The client of a handle. Outcomes: the client, held by this thread too; EINVAL (forged), ENOENT (nobody has it open any more). */
export function joinClient(core: Core, fields: Partial<ClientFields> | null): Client {
  const account = indexOf(fields?.account, core.agent.layout.limits.clients, 'client');
  const generation = indexOf(fields?.generation, 2 ** 22, 'generation');
  const id = { account, generation };
  if (!holdAccount(core.agent, id)) {
    const sentence = `Client '${String(fields?.name)}' of this handle is closed. Hint: keep it open until the other side has joined.`;
    throw new FencelineError('ENOENT', sentence, { kind: 'client' });
  }
  return clientOver(id, accountStats(core.agent, tokenOf(id))?.name ?? String(fields?.name));
}

/** This thread lets go of it: what was made through it stays, and counts for the space alone once nobody else has it open. */
export function closeClient(core: Core, client: Client): void {
  if (client.isClosed) return;
  client.isClosed = true;
  if (!core.isClosed) dropAccount(core.agent, client.id.account);
}

/** Figures of its account. Context: it is open. */
export function clientStats(core: Core, { token, name }: Client): AccountStats {
  return accountStats(core.agent, token) ?? fail('EINVAL', `Client '${name}' is closed.`, { argument: 'space' });
}

/** Context: it is open. */
export function setClientBudget(core: Core, { id }: Client, budgetBytes: number): void {
  setAccountBudget(core.agent, id.account, budgetBytes);
}

/** Outcomes: the number, or EINVAL. */
export function checkBytes(bytes: number, argument: string): number {
  if (Number.isInteger(bytes) && bytes > 0 && bytes <= Number.MAX_SAFE_INTEGER) return bytes;
  return fail('EINVAL', `The ${argument} (${bytes}) is not a whole number of bytes from 1 on.`, { argument });
}

function clientOver(id: AccountId, name: string): Client {
  return { id, token: tokenOf(id), name, isClosed: false };
}

function checkName(name: unknown): Uint8Array {
  if (typeof name !== 'string' || name === '') {
    fail('EINVAL', `The name of a client (${String(name)}) is not a text of at least one character.`, {
      argument: 'name',
    });
  }
  const bytes = new TextEncoder().encode(name);
  if (bytes.length <= clientNameBytes) return bytes;
  return fail('EINVAL', `The name of a client is ${bytes.length} bytes long, and may be ${clientNameBytes}.`, {
    argument: 'name',
  });
}
