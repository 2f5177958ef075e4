/** eventfd: a counter that wakes who polls it (Linux: fs/eventfd.c). Not here: who raises it. */
import { refuse } from './errno.ts';
import type { OpenFile } from './file-table.ts';
import type { System } from './system.ts';

export interface EventFile extends OpenFile {
  readonly kind: 'eventfd';
  count: bigint;
  readonly listeners: Set<() => void>;
}

export function openEventFile(system: System): number {
  const file: EventFile = { kind: 'eventfd', count: 0n, listeners: new Set() };
  return system.files.open(file);
}

/** Adds one and wakes who polls. Context: outside every lock. */
export function raise(file: EventFile): void {
  file.count++;
  for (const listener of [...file.listeners]) listener();
}

/** Takes the count. Outcomes: the count; EAGAIN if it is 0; EINVAL for a file of another kind. */
export function readEvent(system: System, fd: number): bigint {
  const file = system.files.get(fd);
  if (file.kind !== 'eventfd') refuse('EINVAL');
  const event = file as EventFile;
  const { count } = event;
  if (count === 0n) refuse('EAGAIN');
  event.count = 0n;
  return count;
}
