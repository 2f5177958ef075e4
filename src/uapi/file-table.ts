/**
 * File descriptors: small numbers, the lowest free one first, each a reference to an open file (Linux: fs/file.c).
 *
 * An open file is released when its last reference goes: descriptors, and calls that sleep on it.
 */
import { refuse } from './errno.ts';

export interface OpenFile {
  readonly kind: string;
  /** Runs once, when the last reference is gone. */
  release?(): void;
}

export class FileTable {
  readonly #files: (OpenFile | undefined)[] = [];
  readonly #counts: Map<OpenFile, number> = new Map();

  /** A descriptor for this file, with a reference of its own. */
  open(file: OpenFile): number {
    const free = this.#files.indexOf(undefined);
    const fd = free < 0 ? this.#files.length : free;
    this.#files[fd] = file;
    this.hold(file);
    return fd;
  }

  /** What a descriptor stands for, or undefined. */
  at(fd: number): OpenFile | undefined {
    return fd >= 0 ? this.#files[fd] : undefined;
  }

  /** The same. Outcomes: the file, or EBADF. */
  get(fd: number): OpenFile {
    return this.at(fd) ?? refuse('EBADF');
  }

  dup(fd: number): number {
    return this.open(this.get(fd));
  }

  close(fd: number): void {
    const file = this.get(fd);
    this.#files[fd] = undefined;
    this.drop(file);
  }

  /** Closes every descriptor. */
  closeAll(): void {
    for (const [fd, file] of this.#files.entries()) if (file !== undefined) this.close(fd);
  }

  hold(file: OpenFile): void {
    this.#counts.set(file, (this.#counts.get(file) ?? 0) + 1);
  }

  drop(file: OpenFile): void {
    const count = (this.#counts.get(file) ?? 0) - 1;
    if (count > 0) {
      this.#counts.set(file, count);
      return;
    }
    this.#counts.delete(file);
    file.release?.();
  }

  /** Every open file, each once. */
  all(): Iterable<OpenFile> {
    return this.#counts.keys();
  }
}

/** Handles: numbers from 1 on, the lowest free one first (Linux: an idr). */
export class HandleTable<T> {
  readonly #objects: Map<number, T> = new Map();

  add(object: T): number {
    let handle = 1;
    while (this.#objects.has(handle)) handle++;
    this.#objects.set(handle, object);
    return handle;
  }

  get(handle: number): T | undefined {
    return this.#objects.get(handle);
  }

  set(handle: number, object: T): void {
    this.#objects.set(handle, object);
  }

  /** Outcomes: what it stood for, or undefined. */
  remove(handle: number): T | undefined {
    const object = this.#objects.get(handle);
    this.#objects.delete(handle);
    return object;
  }

  /** The first handle of what fulfils this, or undefined. */
  find(matches: (object: T) => boolean): number | undefined {
    for (const [handle, object] of this.#objects) if (matches(object)) return handle;
    return undefined;
  }

  values(): Iterable<T> {
    return this.#objects.values();
  }
}
