/** Folders that are gone after what they were made for. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, onTestFinished } from 'vitest';

/** Gone after the test that calls it. */
export function scratchFolder(): string {
  return folderUntil(onTestFinished);
}

/** Gone after the suite or the file that calls it outside of a test. */
export function suiteFolder(): string {
  return folderUntil(afterAll);
}

function folderUntil(over: (remove: () => void) => void): string {
  const folder = mkdtempSync(join(tmpdir(), 'fenceline-test-'));
  over(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Every file and folder below, hidden ones included. */
export function everythingBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true }).map(String).sort();
}
